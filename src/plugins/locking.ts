import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import { attempt } from './attempt';
import { selectedFile } from './selection';

/** A lock is made from a file, not from itself. */
const LOCK_FILE = /(^|[./])conda-lock\.ya?ml$/i;

/** Writes the lock of an environment.yml beside it. */
export const lockingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:locking',
  description: 'Writes the lock of an environment.yml beside it.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [IFileBrowserFactory, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    browsers: IFileBrowserFactory | null,
    translator: ITranslator | null
  ): void => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const title = trans.__('Not locked');
    /** What is being locked: by its operation, the file and what tells of it. */
    const going = new Map<string, { path: string; notification: string }>();

    const selected = (): string | null => {
      const path = selectedFile(browsers);
      return path === null || LOCK_FILE.test(path) ? null : path;
    };

    const open = (path: string): Notification.IAction => ({
      label: trans.__('Open'),
      callback: () => void commands.execute('docmanager:open', { path })
    });

    commands.addCommand(CommandIds.lockFile, {
      label: trans.__('Write its Lock'),
      caption: trans.__('Find every package of this file, and write them beside it'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'The file; else the one that is selected' }
          }
        }
      },
      isVisible: () => selected() !== null,
      execute: async args => {
        const path = typeof args.path === 'string' ? args.path : selected();
        return path === null ? null : attempt(trans, title, () => lock(path));
      }
    });

    const lock = async (path: string): Promise<Operation> => {
      const operation = await model.lockFile(path);
      const notification = Notification.emit(
        trans.__('Locking %1…', PathExt.basename(path)),
        'in-progress',
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Cancel'),
              callback: () =>
                void attempt(trans, trans.__('Not cancelled'), () => model.cancel(operation.id))
            }
          ]
        }
      );
      going.set(operation.id, { path, notification });
      return operation;
    };

    const onEnded = (_: EnvironmentsModel, operation: Operation): void => {
      const { id, state, error, result } = operation;
      const known = going.get(id);
      if (!known) {
        return; // somebody else's, or not a lock
      }
      going.delete(id);
      if (state !== 'succeeded') {
        Notification.dismiss(known.notification);
        if (error !== null) {
          void attempt(trans, title, async () => {
            const { EnvsError } = await import('../client');
            throw new EnvsError(error, 422);
          });
        }
        return;
      }
      const done = result as { file: string; changed: boolean };
      const file = PathExt.join(PathExt.dirname(known.path), PathExt.basename(done.file));
      Notification.update({
        id: known.notification,
        message: done.changed
          ? trans.__('%1 is written.', file)
          : trans.__('%1 is up to date; it was left as it is.', file),
        type: 'success',
        autoClose: 8000,
        actions: [open(file)]
      });
    };
    model.ended.connect(onEnded);
    model.disposed.connect(() => model.ended.disconnect(onEnded));
  }
};
