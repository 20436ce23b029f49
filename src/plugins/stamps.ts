import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { DigestView } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';

/** Where the server puts a digest, if the site wants that. */
const KEY = 'jupyter_envs';
const DIGEST = /^[0-9a-f]{6,64}$/;

/** Offers the packages of a notebook that says which it ran on, where nothing here has them. */
export const stampsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:stamps',
  description: 'Offers to recreate the environment of a notebook that carries a lock digest.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [INotebookTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    /** Once is enough for a page: what was turned down is not offered again. */
    const offered = new Set<string>();

    const onAdded = (_: unknown, widget: NotebookPanel): void => {
      void widget.context.ready.then(() => look(widget)).catch(() => undefined);
    };
    const look = async (widget: NotebookPanel): Promise<void> => {
      const digest = stampOf(widget.context.model.getMetadata(KEY));
      if (digest === null || offered.has(digest)) {
        return;
      }
      offered.add(digest);
      const found = await missing(model, digest);
      if (found) {
        offer(widget.context.path, found);
      } else {
        offered.delete(digest); // it may be gone when the next one is opened
      }
    };
    const offer = (path: string, { digest, uses }: DigestView): void => {
      const name = uses.at(-1)?.environment ?? '';
      Notification.info(
        trans.__(
          '%1 ran on packages that no environment here has now. Their lock is kept.',
          path.split('/').at(-1) ?? path
        ),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Recreate the environment…'),
              callback: () => void app.commands.execute(CommandIds.recreate, { digest, name })
            }
          ]
        }
      );
    };
    notebooks?.widgetAdded.connect(onAdded);
    notebooks?.forEach(widget => onAdded(null, widget));
    model.disposed.connect(() => notebooks?.widgetAdded.disconnect(onAdded));
  }
};

/** The digest that a notebook carries, or null. */
function stampOf(value: unknown): string | null {
  const digest = (value as { lock_digest?: unknown } | undefined)?.lock_digest;
  return typeof digest === 'string' && DIGEST.test(digest) ? digest : null;
}

/** Until the list of environments has come. */
async function listed(model: EnvironmentsModel): Promise<void> {
  if (!model.ready) {
    await new Promise<void>(resolve => {
      const onChanged = (): void => {
        if (model.ready) {
          model.changed.disconnect(onChanged);
          resolve();
        }
      };
      model.changed.connect(onChanged);
    });
  }
}

/** The lock that is kept here, where no generation has its packages; else null. */
async function missing(model: EnvironmentsModel, digest: string): Promise<DigestView | null> {
  await listed(model);
  if (model.environments.some(one => one.lock_digest === digest)) {
    return null;
  }
  const known = await model.client.uses(digest).catch(() => []);
  const found = known.find(one => one.digest === digest);
  return found?.kept === true && found.here.length === 0 ? found : null;
}
