import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { sourcePath } from '../model/source';
import { IEnvironments } from '../tokens';
import { aboutEnvironment, aboutOperation, environmentOf } from './arguments';
import { attempt } from './attempt';

/** The verbs that change an environment that exists, and those of operations. */
export const changingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:changing',
  description: 'Updates, clones, rolls back and removes environments.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, serviceManager } = app;

    commands.addCommand(CommandIds.update, {
      label: trans.__('Update Environment from its File'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        const path = found ? sourcePath(model, found) : null;
        const mend = (): unknown => commands.execute(CommandIds.mendFile, { path });
        return (
          found &&
          attempt(
            trans,
            trans.__('Not updated'),
            () => model.update(found.slug),
            path !== null && commands.hasCommand(CommandIds.mendFile) ? mend : null
          )
        );
      }
    });
    commands.addCommand(CommandIds.clone, {
      label: trans.__('Clone Environment'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        if (!found) {
          return null;
        }
        const { askName } = await import('../widgets/dialogs');
        const title = trans.__('Clone %1', found.name);
        const name = await askName(trans, title, `${found.name}-copy`);
        return name === null
          ? null
          : attempt(trans, trans.__('Not cloned'), () => model.clone(found.slug, name));
      }
    });
    commands.addCommand(CommandIds.rollback, {
      label: trans.__('Make a Generation of Environment Current'),
      describedBy: aboutEnvironment({ generation: { type: 'integer' } }),
      execute: async args => {
        const found = environmentOf(model, args);
        const generation = Number(args.generation);
        const done =
          found &&
          (await attempt(trans, trans.__('Not rolled back'), () =>
            model.rollback(found.slug, generation)
          ));
        if (found && done) {
          Notification.success(trans.__('%1 is now generation %2.', found.name, generation), {
            autoClose: 5000
          });
        }
        return done;
      }
    });
    commands.addCommand(CommandIds.remove, {
      label: trans.__('Remove Environment'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const listed = environmentOf(model, args);
        if (!listed) {
          return null;
        }
        return attempt(trans, trans.__('Not removed'), async () => {
          const found = await model.client.environment(listed.slug);
          const kernels = [...serviceManager.kernels.running()].filter(kernel =>
            found.kernels.includes(kernel.name)
          );
          const { confirmRemove } = await import('../widgets/dialogs');
          // The dialog tells that something runs: whoever still says yes means it.
          const force = found.processes > 0;
          return (await confirmRemove(trans, found, kernels.length))
            ? model.remove(found.slug, force)
            : null;
        });
      }
    });
    commands.addCommand(CommandIds.cancel, {
      label: trans.__('Cancel Operation'),
      describedBy: aboutOperation,
      execute: args =>
        attempt(trans, trans.__('Not cancelled'), () => model.cancel(args.operation as string))
    });
    commands.addCommand(CommandIds.resume, {
      label: trans.__('Resume Operation'),
      describedBy: aboutOperation,
      execute: args =>
        attempt(trans, trans.__('Not resumed'), () => model.resume(args.operation as string))
    });
  }
};
