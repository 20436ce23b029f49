import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { EnvsError, type Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { askName, askNameTaken, showProblem } from './dialogs';
import { reasonOf } from './reason';
import { SpecEditor, type Written } from './specEditor';

/** The files that were read or written here, each with when it was last changed by us. */
type Own = Map<string, string>;

/** Goes with a person from a file to an operation, through what may stand in the way. */
export class Maker {
  constructor(
    private readonly _commands: CommandRegistry,
    private readonly _contents: Contents.IManager,
    private readonly _shell: JupyterFrontEnd.IShell,
    private readonly _model: EnvironmentsModel,
    private readonly _services: IEditorServices | null,
    private readonly _trans: TranslationBundle
  ) {}

  /** Make an environment from a file; where that is refused, ask what to do. */
  async fromFile(path: string, name: string | null = null): Promise<Operation | null> {
    try {
      return this._show(await this._model.create({ kind: 'file', path }, name));
    } catch (error) {
      return this._refused(path, error);
    }
  }

  /** Open a text to be written, and made into an environment; its file is not there yet. */
  write(text: string, path: string): Promise<void> {
    return this._edit(text, path, new Map());
  }

  /** Open a file to be mended, and made into an environment. */
  async mend(path: string): Promise<void> {
    const file = await this._contents.get(path, { content: true, type: 'file', format: 'text' });
    await this._edit(String(file.content), path, new Map([[path, file.last_modified]]));
  }

  private async _edit(text: string, path: string, own: Own): Promise<void> {
    if (!this._services) {
      await this._commands.execute('docmanager:open', { path });
      return;
    }
    const content = new SpecEditor({
      services: this._services,
      client: this._model.client,
      trans: this._trans,
      text,
      path,
      submit: (verb, written) => this._submit(verb, written, own)
    });
    const widget = new MainAreaWidget({ content });
    this._shell.add(widget, 'main', { type: 'Environment' });
    this._shell.activateById(widget.id);
  }

  private async _refused(path: string, error: unknown): Promise<Operation | null> {
    const problem = error instanceof EnvsError ? error.problem : null;
    switch (problem?.code) {
      case 'spec_invalid':
        // What is no text cannot be mended here, but told.
        await this.mend(path).catch(() =>
          showProblem(this._trans, this._trans.__('Not created'), error)
        );
        return null;
      case 'name_missing': {
        const name = await askName(this._trans, this._trans.__('Name of the environment'), '');
        return name === null ? null : this.fromFile(path, name);
      }
      case 'name_taken': {
        const taken = String(problem.params.name);
        const known = this._model.environments.find(one => one.slug === taken);
        const choice = await askNameTaken(this._trans, problem, known?.managed === true);
        if (choice === 'rename') {
          const name = await askName(
            this._trans,
            this._trans.__('Name of the environment'),
            `${taken}-2`
          );
          return name === null ? null : this.fromFile(path, name);
        }
        return choice === 'update' ? this._update(taken, path) : null;
      }
      default:
        await showProblem(this._trans, this._trans.__('Not created'), error);
        return null;
    }
  }

  private async _update(name: string, path: string): Promise<Operation | null> {
    try {
      return this._show(await this._model.update(name, { kind: 'file', path }));
    } catch (error) {
      const mend = (): Promise<void> => this.mend(path);
      await showProblem(this._trans, this._trans.__('Not updated'), error, mend);
      return null;
    }
  }

  /** Save what was written, then make or update; a sentence where that was refused. */
  private async _submit(
    verb: 'create' | 'update',
    written: Written,
    own: Own
  ): Promise<string | null> {
    const { path, text, name } = written;
    try {
      if (path !== '') {
        const refusal = await this._mayNotReplace(path, own);
        if (refusal !== null) {
          return refusal;
        }
        const content = { type: 'file', format: 'text', content: text } as const;
        own.set(path, (await this._contents.save(path, content)).last_modified);
      }
      const source =
        path === '' ? ({ kind: 'spec', text } as const) : ({ kind: 'file', path } as const);
      this._show(
        verb === 'update'
          ? await this._model.update(name, source)
          : await this._model.create(source)
      );
      return null;
    } catch (error) {
      return reasonOf(error, this._trans);
    }
  }

  /** Why a file may not be written: it holds something that nobody has seen here. */
  private async _mayNotReplace(path: string, own: Own): Promise<string | null> {
    let present: Contents.IModel;
    try {
      present = await this._contents.get(path, { content: false });
    } catch {
      return null; // there is none
    }
    if (!own.has(path)) {
      return this._trans.__('There is already a file %1. Give another name.', path);
    }
    return own.get(path) === present.last_modified
      ? null
      : this._trans.__('%1 has been changed since it was opened here. Give another name.', path);
  }

  /** What was begun is seen in the panel. */
  private _show(operation: Operation): Operation {
    void this._commands.execute(CommandIds.openPanel);
    return operation;
  }
}
