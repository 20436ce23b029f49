import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type ISessionContext, Notification } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Environment, Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import { aboutEnvironment, environmentOf } from './arguments';
import { attempt } from './attempt';

/** A kernel answers within a second or two of its start. */
const ANSWER_MS = 10_000;

/** Verbs after which an environment has another generation. */
const MOVING = ['update', 'rollback', 'adopt', 'repair'];

/** A new kernel's first answer can get lost while it starts: then its connection is made anew,
 * rather than that the notebook waits for it. */
async function answered(kernel: Kernel.IKernelConnection): Promise<void> {
  const inTime = await Promise.race([
    kernel.info.then(() => true),
    new Promise<boolean>(resolve => setTimeout(() => resolve(false), ANSWER_MS))
  ]);
  if (!inTime) {
    await kernel.reconnect();
  }
}

/** A session that runs on a kernel of an environment. */
interface Open {
  kernelId: string;
  context: ISessionContext;
}

/**
 * Moves notebooks and consoles to a new generation.
 *
 * A running kernel keeps its generation, and so does a restarted one: only a change of kernel
 * reads the kernelspec anew. What is in memory is lost by it, so it is offered, never done.
 */
export const kernelsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:kernels',
  description: 'Offers a restart on the new generation to what runs on an earlier one.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [INotebookTracker, IConsoleTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { kernels, sessions, kernelspecs } = app.serviceManager;

    const opened = (): Open[] => {
      const contexts: ISessionContext[] = [];
      notebooks?.forEach(widget => contexts.push(widget.sessionContext));
      consoles?.forEach(widget => contexts.push(widget.sessionContext));
      return contexts.flatMap(context => {
        const kernelId = context.session?.kernel?.id;
        return kernelId === undefined ? [] : [{ kernelId, context }];
      });
    };

    const old = async (environment: Environment): Promise<string[]> => {
      const processes = await model.client.processes(environment.slug);
      return processes
        .filter(one => one.generation !== environment.generation)
        .flatMap(one => one.kernel ?? []);
    };

    /** Offers that stand on the page, by environment. */
    const offers = new Map<string, string>();

    const move = async (environment: Environment): Promise<number> => {
      await kernelspecs.refreshSpecs();
      const ids = await old(environment);
      await Promise.all(ids.map(id => moveKernel(id)));
      await kernels.refreshRunning();
      await model.refresh();
      withdraw(environment.slug);
      return ids.length;
    };

    const withdraw = (slug: string): void => {
      const id = offers.get(slug);
      if (id !== undefined) {
        Notification.dismiss(id);
        offers.delete(slug);
      }
    };

    const moveKernel = async (id: string): Promise<void> => {
      const here = opened().find(one => one.kernelId === id);
      if (here) {
        const { context } = here;
        const moved = await context.changeKernel({ name: context.session?.kernel?.name ?? '' });
        if (moved) {
          await answered(moved);
        }
        return;
      }
      // It belongs to another tab, which hears of it as of any change of kernel.
      const elsewhere = [...sessions.running()].find(session => session.kernel?.id === id);
      if (elsewhere?.kernel) {
        const session = sessions.connectTo({ model: elsewhere });
        await session.changeKernel({ name: elsewhere.kernel.name });
        session.dispose();
      }
    };

    const offer = async (operation: Operation): Promise<void> => {
      const environment = environmentOf(model, { name: operation.name });
      if (!environment || (await old(environment)).length === 0) {
        return;
      }
      const text = trans.__(
        '%1 is now generation %2. What runs keeps the earlier one, and what is in its memory.',
        environment.name,
        environment.generation ?? 0
      );
      withdraw(environment.slug); // of an earlier generation
      const id = Notification.info(text, {
        autoClose: false,
        actions: [
          {
            label: trans.__('Restart on the new generation'),
            callback: () =>
              void app.commands.execute(CommandIds.moveKernels, { name: environment.slug })
          }
        ]
      });
      offers.set(environment.slug, id);
    };

    app.commands.addCommand(CommandIds.moveKernels, {
      label: trans.__('Restart Kernels of Environment on its Current Generation'),
      describedBy: aboutEnvironment(),
      execute: async args => {
        const found = environmentOf(model, args);
        return found && attempt(trans, trans.__('Not restarted'), () => move(found));
      }
    });

    const onEnded = (_: EnvironmentsModel, operation: Operation): void => {
      if (operation.state === 'succeeded' && MOVING.includes(operation.verb)) {
        // Where the server does not answer, the open row still offers it.
        void model
          .refresh()
          .then(() => offer(operation))
          .catch(() => undefined);
      }
    };
    model.ended.connect(onEnded);
    model.disposed.connect(() => model.ended.disconnect(onEnded));
  }
};
