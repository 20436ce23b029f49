import { type Diagnostic as Mark, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { type EditorView, keymap } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import { type Check, type Diagnostic, type EnvsClient, isFixable, safelyFixable } from '../client';
import { type Change, changed, difference, Places, together } from '../model/fixing';
import { diagnosticText, fixText } from '../texts';

/** Long enough not to ask at each key, short enough to seem at once. */
const CHECK_MS = 300;

/** A fix may uncover something else; a text that needs more is better looked at by a person. */
const ROUNDS = 10;

/** Checks the text of an editor while it is written, marks what was found, and puts it right. */
export class TextChecker implements IDisposable {
  /** The text as it is was checked; null where it is none that is checked. */
  readonly checked = new Signal<this, Check | null>(this);
  /** It could not be checked. */
  readonly failed = new Signal<this, unknown>(this);

  private readonly _debouncer = new Debouncer(() => this.check(), CHECK_MS);
  private _last: { text: string; check: Check } | null = null;
  private _isMarked = false;
  private _isDisposed = false;

  /**
   * @param concerns - whether a text is to be checked; every one is unless told otherwise
   */
  constructor(
    private readonly _editor: CodeEditor.IEditor,
    private readonly _client: EnvsClient,
    private readonly _trans: TranslationBundle,
    private readonly _concerns: (text: string) => boolean = () => true
  ) {
    this._shared.changed.connect(this._onTyped, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._shared.changed.disconnect(this._onTyped, this);
      this._debouncer.dispose();
      Signal.clearData(this);
    }
  }

  /** The text as it is now. */
  get text(): string {
    return this._shared.getSource();
  }

  /** What was found last. */
  get found(): readonly Diagnostic[] {
    return this._last?.check.diagnostics ?? [];
  }

  /** Whether something of it can be put right without a question. */
  get isFixable(): boolean {
    return safelyFixable(this.found).length > 0;
  }

  async check(): Promise<void> {
    const { text } = this;
    if (!this._concerns(text)) {
      this._show(null);
      return;
    }
    const show = await this._client.check({ kind: 'spec', text }).then(
      check => () => {
        if (text === this.text) {
          this._show({ text, check });
        }
      },
      (error: unknown) => () => this.failed.emit(error)
    );
    if (!this.isDisposed) {
      show();
    }
  }

  /** Go to the place of a finding. */
  select({ start, end }: Diagnostic): void {
    const places = new Places(this.text);
    this._goTo(places.offset(start), places.offset(end));
  }

  /** Put one finding right. */
  async fix(diagnostic: Diagnostic): Promise<void> {
    if (this._last?.text !== this.text) {
      await this.check(); // its edits are meant for the text that was checked
    }
    const found = nearest(this.found, diagnostic);
    if (!this.isDisposed && found?.fix && this._last?.text === this.text) {
      this._change(new Places(this.text).changes(found.fix));
    }
  }

  /** Put everything right that a person need not be asked about. */
  async fixAll(): Promise<void> {
    const before = this.text;
    let text = before;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const { diagnostics } = await this._client.check({ kind: 'spec', text });
        if (safelyFixable(diagnostics).length === 0) {
          break;
        }
        text = changed(text, together(text, diagnostics));
      }
    } catch (error) {
      if (!this.isDisposed) {
        this.failed.emit(error);
      }
      return;
    }
    if (!this.isDisposed && this.text === before && text !== before) {
      this._change([difference(before, text)]);
    }
  }

  private get _shared(): CodeEditor.IModel['sharedModel'] {
    return this._editor.model.sharedModel;
  }

  private _onTyped(): void {
    void this._debouncer.invoke();
  }

  private _show(last: { text: string; check: Check } | null): void {
    this._last = last;
    this._mark(this.found);
    this.checked.emit(last?.check ?? null);
  }

  /** Change the text so that one undo takes all of it back. */
  private _change(changes: readonly Change[]): void {
    const shared = this._shared;
    const startNew = (): void => {
      if (hasUndo(shared)) {
        shared.undoManager?.stopCapturing();
      }
    };
    startNew();
    shared.transact(() => {
      // From the end, so that the places before it stay right.
      for (const one of [...changes].sort((a, b) => a.from - b.from || a.to - b.to).reverse()) {
        shared.updateSource(one.from, one.to, one.text);
      }
    });
    startNew();
    const first = Math.min(...changes.map(one => one.from));
    this._goTo(first, first);
  }

  private _goTo(from: number, to: number): void {
    const start = this._editor.getPositionAt(from);
    const end = this._editor.getPositionAt(to);
    if (start && end) {
      this._editor.setSelection({ start, end });
      this._editor.revealPosition(start);
    }
    this._editor.focus();
  }

  /** Underline the places; what is wrong there, and what to do, stands in a tool tip. */
  private _mark(diagnostics: readonly Diagnostic[]): void {
    const editor = this._editor;
    if (!hasView(editor) || (!this._isMarked && diagnostics.length === 0)) {
      return; // another editor than CodeMirror, or nothing to say and never was
    }
    if (!this._isMarked) {
      this._isMarked = true;
      // F8 goes to the next one, Ctrl-Shift-M lists them with their fixes.
      editor.injectExtension([lintGutter(), keymap.of(lintKeymap)]);
    }
    const view = editor.editor;
    const places = new Places(this.text);
    const marks = diagnostics.map(one => ({
      from: places.offset(one.start),
      to: places.offset(one.end),
      severity: one.severity === 'note' ? 'info' : one.severity,
      message: diagnosticText(one, this._trans),
      actions: isFixable(one)
        ? [
            {
              name: fixText(one.fix, this._trans),
              markClass: 'jp-Envs-action',
              apply: () => void this.fix(one)
            }
          ]
        : []
    })) satisfies Mark[];
    view.dispatch(setDiagnostics(view.state, marks));
  }
}

/** The finding that another one of an earlier look is now, wherever it went. */
function nearest(found: readonly Diagnostic[], wanted: Diagnostic): Diagnostic | undefined {
  const key = ({ code, params, fix }: Diagnostic): string =>
    JSON.stringify([code, params, fix?.code, fix?.params]);
  const away = ({ start }: Diagnostic): number => Math.abs(start.line - wanted.start.line);
  return found
    .filter(one => key(one) === key(wanted))
    .sort((a, b) => away(a) - away(b))
    .at(0);
}

/** JupyterLab's own editor is a CodeMirror; its interface does not say so. */
function hasView(
  editor: CodeEditor.IEditor
): editor is CodeEditor.IEditor & { editor: EditorView } {
  return 'editor' in editor;
}

/** The texts of JupyterLab's editors know how to begin a new step of undo. */
function hasUndo(shared: object): shared is { undoManager: { stopCapturing: () => void } | null } {
  return 'undoManager' in shared;
}
