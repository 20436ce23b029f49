import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Environment, Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { sourcePath } from '../model/source';
import { IEnvironments } from '../tokens';
import { aboutEnvironment, environmentOf } from './arguments';
import { attempt } from './attempt';

/** The ways out where something was changed in an environment, each shown before it is gone. */
export const driftPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:drift',
  description: 'Adopts, restores or keeps what was changed in environments.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    /** Adoptions that are to write the person's own file. */
    const writing = new Set<string>();

    const add = (
      id: string,
      label: string,
      refusal: string,
      act: (environment: Environment) => Promise<unknown>
    ): void => {
      app.commands.addCommand(id, {
        label,
        describedBy: aboutEnvironment(),
        execute: async args => {
          const found = environmentOf(model, args);
          return found && attempt(trans, refusal, () => act(found));
        }
      });
    };

    /** From another tool: nothing of it is moved. */
    const adoptUnmanaged = async (environment: Environment): Promise<Operation | null> => {
      const found = await model.client.adoption(environment.slug);
      const { confirmAdoptUnmanaged } = await import('../widgets/driftDialogs');
      return (await confirmAdoptUnmanaged(trans, found))
        ? model.adopt(environment.slug, found.fingerprint, false)
        : null;
    };

    const adopt = async (environment: Environment): Promise<Operation | null> => {
      if (!environment.managed) {
        return adoptUnmanaged(environment);
      }
      const report = await model.client.drift(environment.slug, 'identity');
      const { confirmAdopt } = await import('../widgets/driftDialogs');
      // Only a file of the person's own folder has a shorter name than where it is.
      const file = report.adopt.file && (sourcePath(model, environment) ?? report.adopt.file);
      const answer = await confirmAdopt(trans, report, file);
      if (answer === null) {
        return null;
      }
      const begun = await model.adopt(environment.slug, report.fingerprint, answer.writesFile);
      if (answer.writesFile) {
        writing.add(begun.id);
      }
      return begun;
    };

    const restore = async (environment: Environment): Promise<Operation | null> => {
      if (environment.broken) {
        return model.repair(environment.slug); // there is nothing left to compare, or to lose
      }
      const report = await model.client.drift(environment.slug, 'identity');
      const { confirmRestore } = await import('../widgets/driftDialogs');
      const whole = model.drifts.check(environment);
      return (await confirmRestore(trans, report, whole)) ? model.repair(environment.slug) : null;
    };

    const keep = async (environment: Environment): Promise<void> => {
      const report = await model.client.drift(environment.slug, 'identity');
      const { confirmKeep } = await import('../widgets/driftDialogs');
      if (await confirmKeep(trans, report)) {
        await model.client.keep(environment.slug, report.fingerprint);
        await model.refresh();
      }
    };

    const checkFiles = async (environment: Environment): Promise<void> => {
      const report = await model.drifts.check(environment);
      await model.refresh();
      if (report.count === 0) {
        Notification.success(trans.__('Every file of %1 is as its lock says.', report.name), {
          autoClose: 5000
        });
      }
    };

    add(CommandIds.adopt, trans.__('Adopt Changes of Environment'), trans.__('Not adopted'), adopt);
    add(
      CommandIds.restore,
      trans.__('Restore Environment from its Lock'),
      trans.__('Not restored'),
      restore
    );
    add(CommandIds.keep, trans.__('Keep Changes of Environment'), trans.__('Not kept'), keep);
    add(
      CommandIds.checkFiles,
      trans.__('Check Every File of Environment'),
      trans.__('Not checked'),
      checkFiles
    );

    const onEnded = (_: EnvironmentsModel, { id, name, state, result }: Operation): void => {
      if (writing.delete(id) && state === 'succeeded' && !wroteIts(result)) {
        Notification.warning(
          trans.__(
            'The changes of %1 were adopted, but its file was left as it is: it has been changed meanwhile.',
            name
          )
        );
      }
    };
    model.ended.connect(onEnded);
    model.disposed.connect(() => model.ended.disconnect(onEnded));
  }
};

function wroteIts(result: unknown): boolean {
  const written = (result as { written?: unknown } | null)?.written;
  return Array.isArray(written) && written.length > 0;
}
