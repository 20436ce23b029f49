import { type Diagnostic as Mark, setDiagnostics } from '@codemirror/lint';
import type { EditorView } from '@codemirror/view';
import { CodeEditor, CodeEditorWrapper, type IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Debouncer } from '@lumino/polling';
import { Panel } from '@lumino/widgets';
import React from 'react';

import { type Check, type Diagnostic, type EnvsClient } from '../client';
import { Translation } from '../components/context';
import { SpecForm } from '../components/SpecForm';
import { environmentsIcon } from '../icons';
import { diagnosticText } from '../texts';
import { reasonOf } from './reason';

/** Long enough not to ask at each key, short enough to seem at once. */
const CHECK_MS = 300;

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
  private readonly _debouncer: Debouncer;

  constructor(private readonly _options: SpecEditorOptions) {
    super();
    const { services, trans, text, path } = _options;
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
    this._form = new FormWidget(path, trans, {
      onSelect: diagnostic => this._select(diagnostic),
      onSubmit: verb => this._submit(verb)
    });
    this.addWidget(this._wrapper);
    this.addWidget(this._form);
    this._debouncer = new Debouncer(() => this._check(), CHECK_MS);
    model.sharedModel.changed.connect(this._onTyped, this);
    void this._check();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._wrapper.model.sharedModel.changed.disconnect(this._onTyped, this);
      this._debouncer.dispose();
      super.dispose();
    }
  }

  private get _text(): string {
    return this._wrapper.model.sharedModel.getSource();
  }

  private _onTyped(): void {
    this._form.set({ isOld: true });
    void this._debouncer.invoke();
  }

  private async _check(): Promise<void> {
    const text = this._text;
    try {
      const check = await this._options.client.check({ kind: 'spec', text });
      if (!this.isDisposed && text === this._text) {
        this._form.set({ check, isOld: false, message: null });
        this._mark(check.diagnostics);
      }
    } catch (error) {
      if (!this.isDisposed) {
        this._form.set({ message: reasonOf(error, this._options.trans) });
      }
    }
  }

  /** Underline the places; what is wrong there stands in a tool tip. */
  private _mark(diagnostics: readonly Diagnostic[]): void {
    const { editor } = this._wrapper;
    if (!hasView(editor)) {
      return; // another editor than CodeMirror: the list below the text has to do
    }
    const view = editor.editor;
    const marks = diagnostics.map(one => ({
      from: editor.getOffsetAt(this._position(one.start)),
      to: editor.getOffsetAt(this._position(one.end)),
      severity: one.severity === 'note' ? 'info' : one.severity,
      message: diagnosticText(one, this._options.trans)
    })) satisfies Mark[];
    view.dispatch(setDiagnostics(view.state, marks));
  }

  private _select({ start, end }: Diagnostic): void {
    const { editor } = this._wrapper;
    const selection = { start: this._position(start), end: this._position(end) };
    editor.setSelection(selection);
    editor.revealPosition(selection.start);
    editor.focus();
  }

  /** A place as the editor counts it; within the text, which may be another by now. */
  private _position({ line, column }: Diagnostic['start']): CodeEditor.IPosition {
    const { editor } = this._wrapper;
    const inside = Math.min(line, editor.lineCount) - 1;
    // The server counts characters, a text of JavaScript units of UTF-16: an emoji has two.
    const before = Array.from(editor.getLine(inside) ?? '')
      .slice(0, column - 1)
      .join('');
    return { line: inside, column: before.length };
  }

  private async _submit(verb: 'create' | 'update'): Promise<void> {
    const name = this._form.state.check?.name ?? '';
    this._form.set({ busy: true });
    const written = { path: this._form.state.file.trim(), text: this._text, name };
    const refused = await this._options.submit(verb, written);
    if (refused === null) {
      this.parent?.dispose();
    } else {
      this._form.set({ busy: false, message: refused });
    }
  }
}

/** JupyterLab's own editor is a CodeMirror; its interface does not say so. */
function hasView(
  editor: CodeEditor.IEditor
): editor is CodeEditor.IEditor & { editor: EditorView } {
  return 'editor' in editor;
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
          onCreate={() => void this._on.onSubmit('create')}
          onUpdate={() => void this._on.onSubmit('update')}
        />
      </Translation.Provider>
    );
  }
}
