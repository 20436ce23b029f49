import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

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

    const shutDown = async (id: string): Promise<boolean> => {
      const held = model.gpus.holders?.kernels.find(one => one.kernel_id === id) ?? null;
      const session = [...sessions.running()].find(one => one.kernel?.id === id);
      const { confirmShutDown } = await import('../widgets/gpuDialogs');
      const name = session?.path ?? held?.notebooks.at(0) ?? held?.kernel ?? id.slice(0, 8);
      if (!(await confirmShutDown(trans, name, held))) {
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
