import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Session } from '@jupyterlab/services';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { KernelUse } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import { textOf } from './arguments';
import { attempt } from './attempt';

/** A kernel that a command is about. */
const aboutKernel = {
  args: {
    type: 'object',
    required: ['kernel'],
    properties: { kernel: { type: 'string', description: 'Id of the kernel' } }
  }
} as const;

/** The GPUs in the status bar, and a way to end what holds their memory. */
export const gpusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:gpus',
  description: 'Shows the GPUs in the status bar, and ends kernels that hold their memory.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { kernels, sessions } = app.serviceManager;

    const sessionOf = (id: string): Session.IModel | undefined =>
      [...sessions.running()].find(one => one.kernel?.id === id);
    const heldBy = (id: string): KernelUse | null =>
      model.gpus.holders?.kernels.find(one => one.kernel_id === id) ?? null;
    /** What people know it by: its notebook. */
    const nameOf = (id: string): string => {
      const held = heldBy(id);
      return sessionOf(id)?.path ?? held?.notebooks.at(0) ?? held?.kernel ?? id.slice(0, 8);
    };

    const shutDown = async (id: string): Promise<boolean> => {
      const session = sessionOf(id);
      const { confirmShutDown } = await import('../widgets/gpuDialogs');
      if (!(await confirmShutDown(trans, nameOf(id), heldBy(id)))) {
        return false;
      }
      // With its session, which else would be left without a kernel.
      await (session ? sessions.shutdown(session.id) : kernels.shutdown(id));
      await Promise.all([kernels.refreshRunning(), model.gpus.refresh()]);
      return true;
    };

    app.commands.addCommand(CommandIds.shutDownKernel, {
      label: trans.__('Shut Down a Kernel that Holds a GPU'),
      describedBy: aboutKernel,
      execute: args =>
        attempt(trans, trans.__('Not shut down'), () => shutDown(textOf(args, 'kernel')))
    });

    const restart = async (id: string): Promise<boolean> => {
      const { confirmRestart } = await import('../widgets/gpuDialogs');
      if (!(await confirmRestart(trans, nameOf(id)))) {
        return false;
      }
      const { KernelAPI } = await import('@jupyterlab/services');
      await KernelAPI.restartKernel(id, app.serviceManager.serverSettings);
      return true;
    };

    app.commands.addCommand(CommandIds.restartKernel, {
      label: trans.__('Restart a Kernel'),
      describedBy: aboutKernel,
      execute: args =>
        attempt(trans, trans.__('Not restarted'), () => restart(textOf(args, 'kernel')))
    });

    if (statusBar) {
      void app.restored.then(async () => {
        const { GpuItem } = await import('../widgets/gpuItem');
        const { gpus } = model;
        const open = (): void => void app.commands.execute(CommandIds.openPanel);
        const item = new GpuItem(gpus, open, trans);
        statusBar.registerStatusItem('jupyter_envs:gpus', {
          item,
          align: 'left',
          rank: 4,
          isActive: () => item.isActive,
          activeStateChanged: gpus.changed
        });
        gpus.watch('item', true);
      });
    }
  }
};
