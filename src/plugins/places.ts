import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIds } from '../commandIds';

/** Where else in JupyterLab the commands are offered. */
export const placesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:places',
  description: 'Offers environments in the file browser, in editors and in the launcher.',
  autoStart: true,
  optional: [ILauncher, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    launcher: ILauncher | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    app.contextMenu.addItem({
      command: CommandIds.createFromFile,
      selector: '.jp-DirListing-item[data-isdir="false"]',
      rank: 3
    });
    app.contextMenu.addItem({
      command: CommandIds.lockFile,
      selector: '.jp-DirListing-item[data-isdir="false"]',
      rank: 3
    });
    app.contextMenu.addItem({
      command: CommandIds.createFromEditor,
      selector: '.jp-FileEditor',
      rank: 20
    });
    launcher?.add({
      command: CommandIds.newEnvironment,
      category: trans.__('Other'),
      args: { isLauncher: true },
      rank: 10
    });
  }
};
