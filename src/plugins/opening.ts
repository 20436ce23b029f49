import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { ITerminal } from '@jupyterlab/terminal';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { type Environment } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { sourcePath } from '../model/source';
import { IEnvironments } from '../tokens';
import { aboutEnvironment, environmentOf } from './arguments';
import { attempt } from './attempt';

/** Ways to use an environment: a notebook, a console, a terminal, its file, a copy of it. */
export const openingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:opening',
  description: 'Opens notebooks, consoles and terminals on an environment.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [IDefaultFileBrowser, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    browser: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands } = app;
    const cwd = (): string => browser?.model.path ?? '';

    const add = (
      id: string,
      label: string,
      open: (environment: Environment, args: { format?: unknown }) => Promise<unknown>,
      describedBy = aboutEnvironment()
    ): void => {
      commands.addCommand(id, {
        label,
        describedBy,
        execute: async args => {
          const environment = environmentOf(model, args);
          return environment && attempt(trans, label, () => open(environment, args));
        }
      });
    };

    add(CommandIds.openNotebook, trans.__('New Notebook on Environment'), async environment => {
      await app.serviceManager.kernelspecs.refreshSpecs();
      return commands.execute('notebook:create-new', {
        kernelName: environment.kernel,
        cwd: cwd()
      });
    });
    add(CommandIds.openConsole, trans.__('New Console on Environment'), async environment => {
      await app.serviceManager.kernelspecs.refreshSpecs();
      return commands.execute('console:create', {
        kernelPreference: { name: environment.kernel },
        path: cwd(),
        activate: true
      });
    });
    add(CommandIds.openTerminal, trans.__('New Terminal in Environment'), environment =>
      openTerminal(app, model, environment, cwd())
    );
    add(CommandIds.openSource, trans.__('Open the File of Environment'), environment =>
      openSource(app, model, environment)
    );
    add(
      CommandIds.download,
      trans.__('Download Environment'),
      (environment, { format }) => download(model, environment, String(format)),
      aboutEnvironment({ format: { type: 'string', description: 'One of the export formats' } })
    );
  }
};

/** A terminal in which the environment is activated by the first line. */
async function openTerminal(
  app: JupyterFrontEnd,
  model: EnvironmentsModel,
  environment: Environment,
  cwd: string
): Promise<MainAreaWidget<ITerminal.ITerminal>> {
  const line = await model.client.activation(environment.slug);
  const widget = (await app.commands.execute('terminal:create-new', {
    cwd
  })) as MainAreaWidget<ITerminal.ITerminal>;
  widget.content.session.send({ type: 'stdin', content: [`${line}\r`] });
  return widget;
}

/** The file that the environment was made from, where the file browser can reach it. */
async function openSource(
  app: JupyterFrontEnd,
  model: EnvironmentsModel,
  environment: Environment
): Promise<unknown> {
  const path = sourcePath(model, environment);
  return path === null
    ? null
    : app.commands.execute('docmanager:open', { path, factory: 'Editor' });
}

/** Let the browser save an export. */
async function download(
  model: EnvironmentsModel,
  environment: Environment,
  format: string
): Promise<void> {
  const { saveFile } = await import('../widgets/saveFile');
  saveFile(await model.client.exported(environment.slug, format));
}
