import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { bytes } from '../texts/numbers';
import { IEnvironments } from '../tokens';
import { aboutEnvironment, environmentOf, noArguments } from './arguments';
import { attempt } from './attempt';

/** What lies on the disk: archives, the files environments were made from, and disk space. */
export const lifecyclePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:lifecycle',
  description: 'Archives and recreates environments, and frees disk space.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, serviceManager } = app;

    commands.addCommand(CommandIds.archive, {
      label: trans.__('Archive Environment'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const listed = environmentOf(model, args);
        if (!listed) {
          return null;
        }
        return attempt(trans, trans.__('Not archived'), async () => {
          const found = await model.client.environment(listed.slug);
          const kernels = [...serviceManager.kernels.running()].filter(kernel =>
            found.kernels.includes(kernel.name)
          );
          const { confirmArchive } = await import('../widgets/lifecycleDialogs');
          const frees = model.storage.of(found)?.unique ?? null;
          // The dialog tells that something runs: whoever still says yes means it.
          return (await confirmArchive(trans, found, frees, kernels.length))
            ? model.archive(found.slug, found.processes > 0)
            : null;
        });
      }
    });
    commands.addCommand(CommandIds.recreateArchived, {
      label: trans.__('Recreate Archived Environment'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        return found && attempt(trans, trans.__('Not recreated'), () => model.recreate(found.slug));
      }
    });
    commands.addCommand(CommandIds.compareSource, {
      label: trans.__('Compare the File of Environment'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        return (
          found &&
          attempt(trans, trans.__('Not compared'), async () => {
            const state = await model.client.source(found.slug);
            const { showSource } = await import('../widgets/lifecycleDialogs');
            await showSource(trans, found, state);
          })
        );
      }
    });
    commands.addCommand(CommandIds.measure, {
      label: trans.__('Measure Disk Space of Environments'),
      describedBy: noArguments,
      execute: () => attempt(trans, trans.__('Not measured'), () => model.storage.measure())
    });
    commands.addCommand(CommandIds.clean, {
      label: trans.__('Clean Up Disk Space of Environments'),
      describedBy: noArguments,
      execute: () =>
        attempt(trans, trans.__('Not cleaned up'), async () => {
          const { confirmClean } = await import('../widgets/lifecycleDialogs');
          const what = await confirmClean(trans, choice => model.client.cleanPlan(choice));
          return what && model.clean(what);
        })
    });
    palette?.addItem({ command: CommandIds.clean, category: trans.__('Environments') });

    const onEnded = (_: EnvironmentsModel, { verb, state, result }: Operation): void => {
      if (verb !== 'clean' || state !== 'succeeded') {
        return;
      }
      const freed = (result as { freed?: unknown } | null)?.freed;
      Notification.success(trans.__('%1 were freed.', bytes(Number(freed ?? 0))), {
        autoClose: 5000
      });
      // Where it cannot be measured, the time of what is shown says so.
      void model.storage.measure().catch(() => undefined);
    };
    model.ended.connect(onEnded);
    model.disposed.connect(() => model.ended.disconnect(onEnded));
  }
};
