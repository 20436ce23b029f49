import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { PathExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { IEditorTracker } from '@jupyterlab/fileeditor';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIds } from '../commandIds';
import { environmentsIcon } from '../icons';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import type { Maker } from '../widgets/maker';
import { noArguments, textOf } from './arguments';
import { selectedFile, yamlFile } from './selection';

const TEMPLATE = `name: my-env
channels:
  - conda-forge
dependencies:
  - python
  - ipykernel
`;

/** Ways to make an environment: from a file of the browser, from an editor, from nothing. */
export const makingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:making',
  description: 'Makes environments from files and from text.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [
    IFileBrowserFactory,
    IDefaultFileBrowser,
    IEditorTracker,
    IEditorServices,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    browsers: IFileBrowserFactory | null,
    browser: IDefaultFileBrowser | null,
    editors: IEditorTracker | null,
    services: IEditorServices | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, serviceManager, shell } = app;
    const maker = async (): Promise<Maker> => {
      const module = await import('../widgets/maker');
      return new module.Maker(commands, serviceManager.contents, shell, model, services, trans);
    };

    const selected = (): string | null => selectedFile(browsers);
    const edited = (): string | null => yamlFile(editors?.currentWidget?.context.path);

    commands.addCommand(CommandIds.newEnvironment, {
      label: args => (args.isLauncher ? trans.__('Environment') : trans.__('New Environment')),
      caption: trans.__('Write an environment.yml and make an environment from it'),
      icon: environmentsIcon,
      describedBy: noArguments,
      execute: async () =>
        (await maker()).write(TEMPLATE, PathExt.join(browser?.model.path ?? '', 'environment.yml'))
    });
    commands.addCommand(CommandIds.createFromFile, {
      label: trans.__('Create Environment'),
      caption: trans.__('Make an environment from this file'),
      icon: environmentsIcon,
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
        return path === null ? null : (await maker()).fromFile(path);
      }
    });
    commands.addCommand(CommandIds.mendFile, {
      label: trans.__('Mend a File for an Environment'),
      describedBy: {
        args: {
          type: 'object',
          required: ['path'],
          properties: { path: { type: 'string', description: 'The file, with errors in it' } }
        }
      },
      execute: async args => (await maker()).mend(textOf(args, 'path'))
    });
    commands.addCommand(CommandIds.createFromEditor, {
      label: trans.__('Create Environment from this File'),
      icon: environmentsIcon,
      describedBy: noArguments,
      isVisible: () => edited() !== null,
      execute: async () => {
        const path = edited();
        if (path === null) {
          return null;
        }
        await editors?.currentWidget?.context.save();
        return (await maker()).fromFile(path);
      }
    });
  }
};
