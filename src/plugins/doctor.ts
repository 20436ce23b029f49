import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { bugIcon } from '@jupyterlab/ui-components';

import type { FixAction, Operation, Probe } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import type { DoctorView } from '../widgets/doctor';
import { aboutEnvironment, environmentOf, textOf } from './arguments';
import { attempt } from './attempt';

/** What is wrong, and whether the GPU really computes. */
export const doctorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:doctor',
  description: 'Finds out what is wrong with a machine or an environment, and probes GPUs.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, shell, serviceManager } = app;
    const pages = new WidgetTracker<MainAreaWidget<DoctorView>>({ namespace: 'envs-doctor' });
    /** Probes that were asked for on this page: what comes of them is told. */
    const asked = new Set<string>();

    const fix = async (action: FixAction, subject: string | null): Promise<unknown> => {
      switch (action) {
        case 'update':
          return commands.execute(CommandIds.update, { name: subject });
        case 'repair':
          return commands.execute(CommandIds.restore, { name: subject });
        case 'probe':
          return commands.execute(CommandIds.probe, { name: subject });
        case 'clean':
          return commands.execute(CommandIds.clean);
        case 'stop-kernel':
          return commands.execute(CommandIds.shutDownKernel, { kernel: subject });
        case 'restart-kernel':
          return commands.execute(CommandIds.restartKernel, { kernel: subject });
        case 'register-kernel':
          return attempt(trans, trans.__('Not registered'), async () => {
            await model.registerKernel(subject ?? '');
            await serviceManager.kernelspecs.refreshSpecs();
          });
      }
    };

    const open = async (name: string): Promise<unknown> => {
      let page = pages.find(() => true);
      if (!page) {
        const { DoctorView } = await import('../widgets/doctor');
        page = new MainAreaWidget({ content: new DoctorView(model, fix, trans) });
        page.toolbar.hide();
        page.id = 'jupyter-envs-doctor-area';
        await pages.add(page);
        shell.add(page, 'main', { type: 'Environments' });
      }
      shell.activateById(page.id);
      const slug = model.environments.find(one => one.name === name)?.slug ?? name;
      await page.content.doctor.ask(slug === '' ? null : slug);
      return page;
    };

    commands.addCommand(CommandIds.doctor, {
      label: trans.__('Doctor: What is Wrong Here'),
      caption: trans.__('Why a GPU is not used, and what else is wrong, with what helps'),
      icon: bugIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { name: { type: 'string', description: 'Slug of an environment' } }
        }
      },
      execute: args => open(textOf(args, 'name'))
    });
    commands.addCommand(CommandIds.probe, {
      label: trans.__('Probe Environment'),
      caption: trans.__('Let its frameworks compute a little, on the GPU where there is one'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        return (
          found &&
          attempt(trans, trans.__('Not probed'), async () => {
            const begun = await model.probe(found.slug);
            asked.add(begun.id);
            return begun;
          })
        );
      }
    });
    palette?.addItem({ command: CommandIds.doctor, category: trans.__('Environments') });
    void restorer?.restore(pages, { command: CommandIds.doctor, name: () => 'doctor' });

    const tell = async ({ name, result }: Operation): Promise<void> => {
      const { probeText } = await import('../texts');
      const probes = (result as { probes?: Probe[] } | null)?.probes ?? [];
      const texts = probes.map(one => `${probeText(one, trans)}.`);
      const works = probes.every(one => one.state === 'gpu_ok');
      if (texts.length > 0) {
        Notification.emit(`${name}: ${texts.join(' ')}`, works ? 'success' : 'info', {
          autoClose: 10_000
        });
      }
    };
    const onEnded = (_: EnvironmentsModel, operation: Operation): void => {
      if (asked.delete(operation.id) && operation.state === 'succeeded') {
        void tell(operation);
        void model.refresh();
      }
    };
    model.ended.connect(onEnded);
    model.disposed.connect(() => model.ended.disconnect(onEnded));
  }
};
