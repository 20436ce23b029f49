import { type KeyBinding, keymap } from '@codemirror/view';
import { CodeEditor, CodeEditorWrapper, type IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Panel } from '@lumino/widgets';
import React from 'react';

import type { Check, Diagnostic, EnvsClient } from '../client';
import { Translation } from '../components/context';
import { SpecForm } from '../components/SpecForm';
import { environmentsIcon } from '../icons';
import { reasonOf } from './reason';
import { TextChecker } from './textChecker';

/** What the editor hands over: where the text is saved, and the text. */
export interface Written {
  path: string;
  text: string;
  name: string;
}

interface SpecEditorOptions {
  services: IEditorServices;
  client: EnvsClient;
  trans: TranslationBundle;
  text: string;
  path: string;
  /** Save and create or update; resolves to a sentence where that was refused. */
  submit: (verb: 'create' | 'update', written: Written) => Promise<string | null>;
}

/** An environment.yml being written, with what is wrong with it while it is written. */
export class SpecEditor extends Panel {
  private readonly _wrapper: CodeEditorWrapper;
  private readonly _form: FormWidget;
  private readonly _checker: TextChecker;

  constructor(private readonly _options: SpecEditorOptions) {
    super();
    const { services, client, trans, text, path } = _options;
    this.addClass('jp-Envs-specEditor');
    this.title.label = trans.__('New environment');
    this.title.icon = environmentsIcon;
    this.title.closable = true;
    const model = new CodeEditor.Model({ mimeType: 'text/x-yaml' });
    model.sharedModel.setSource(text);
    this._wrapper = new CodeEditorWrapper({
      model,
      factory: options => services.factoryService.newDocumentEditor(options),
      editorOptions: { config: { lineNumbers: true, indentUnit: '2', lineWrap: true } }
    });
    this._wrapper.editor.injectExtension(keymap.of(undoKeys(this._wrapper.editor)));
    this._checker = new TextChecker(this._wrapper.editor, client, trans);
    this._form = new FormWidget(path, trans, {
      onSelect: diagnostic => this._checker.select(diagnostic),
      onFix: diagnostic => void this._checker.fix(diagnostic),
      onFixAll: () => void this._checker.fixAll(),
      onSubmit: verb => this._submit(verb)
    });
    this.addWidget(this._wrapper);
    this.addWidget(this._form);
    model.sharedModel.changed.connect(this._onTyped, this);
    this._checker.checked.connect(this._onChecked, this);
    this._checker.failed.connect(this._onFailed, this);
    void this._checker.check();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._wrapper.model.sharedModel.changed.disconnect(this._onTyped, this);
      this._checker.dispose();
      super.dispose();
    }
  }

  private _onTyped(): void {
    this._form.set({ isOld: true });
  }

  private _onChecked(_: TextChecker, check: Check | null): void {
    this._form.set({ check, isOld: false, message: null });
  }

  private _onFailed(_: TextChecker, error: unknown): void {
    this._form.set({ message: reasonOf(error, this._options.trans) });
  }

  private async _submit(verb: 'create' | 'update'): Promise<void> {
    const name = this._form.state.check?.name ?? '';
    this._form.set({ busy: true });
    const written = { path: this._form.state.file.trim(), text: this._checker.text, name };
    const refused = await this._options.submit(verb, written);
    if (refused === null) {
      this.parent?.dispose();
    } else {
      this._form.set({ busy: false, message: refused });
    }
  }
}

/** JupyterLab's own keys for it are those of notebooks, consoles and its file editor. */
function undoKeys(editor: CodeEditor.IEditor): KeyBinding[] {
  const undo = (): boolean => {
    editor.undo();
    return true;
  };
  const redo = (): boolean => {
    editor.redo();
    return true;
  };
  return [
    { key: 'Mod-z', run: undo, preventDefault: true },
    { key: 'Mod-Shift-z', run: redo, preventDefault: true },
    { key: 'Mod-y', run: redo, preventDefault: true }
  ];
}

interface FormState {
  check: Check | null;
  /** The text is another than the one that was checked, and so may its name be. */
  isOld: boolean;
  file: string;
  busy: boolean;
  message: string | null;
}

class FormWidget extends ReactWidget {
  state: FormState;

  constructor(
    file: string,
    private readonly _trans: TranslationBundle,
    private readonly _on: {
      onSelect: (diagnostic: Diagnostic) => void;
      onFix: (diagnostic: Diagnostic) => void;
      onFixAll: () => void;
      onSubmit: (verb: 'create' | 'update') => Promise<void>;
    }
  ) {
    super();
    this.state = { check: null, isOld: false, file, busy: false, message: null };
  }

  set(change: Partial<FormState>): void {
    this.state = { ...this.state, ...change };
    this.update();
  }

  protected override render(): React.JSX.Element {
    return (
      <Translation.Provider value={this._trans}>
        <SpecForm
          {...this.state}
          busy={this.state.busy || this.state.isOld}
          onFile={file => {
            this.set({ file });
          }}
          onSelect={this._on.onSelect}
          onFix={this._on.onFix}
          onFixAll={this._on.onFixAll}
          onCreate={() => void this._on.onSubmit('create')}
          onUpdate={() => void this._on.onSubmit('update')}
        />
      </Translation.Provider>
    );
  }
}
