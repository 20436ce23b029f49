import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- it is in the side bar from the start
import { EnvironmentsPanel } from '../widgets/panel';
import { noArguments } from './arguments';

/** The panel's place in the left side bar. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:panel',
  description: 'The side panel that shows the environments.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ILayoutRestorer, ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, serviceManager, shell } = app;
    const panel = new EnvironmentsPanel(model, serviceManager.kernels, commands, trans);
    // After the file browser (100), the running sessions (200) and the git panel of many (200).
    shell.add(panel, 'left', { rank: 300, type: 'Environments' });
    restorer?.add(panel, panel.id);
    commands.addCommand(CommandIds.openPanel, {
      label: trans.__('Show Environments'),
      describedBy: noArguments,
      execute: () => shell.activateById(panel.id)
    });
    commands.addCommand(CommandIds.refresh, {
      label: trans.__('Refresh Environments'),
      describedBy: noArguments,
      execute: () => model.refresh()
    });
    for (const command of [CommandIds.openPanel, CommandIds.refresh, CommandIds.newEnvironment]) {
      palette?.addItem({ command, category: trans.__('Environments') });
    }
  }
};
