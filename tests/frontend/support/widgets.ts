import type { YFile } from '@jupyter/ydoc';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import {
  CodeMirrorEditorFactory,
  CodeMirrorMimeTypeService,
  EditorExtensionRegistry,
  EditorLanguageRegistry,
  ybinding
} from '@jupyterlab/codemirror';
import { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';
import { screen, waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { CommandIds } from '../../../src/commandIds';

// A dialog that the browser has not opened itself is seen by JupyterLab's style.
document.head.insertAdjacentHTML('beforeend', '<style>.jp-Dialog { display: flex; }</style>');

/** Put a widget on the page. */
export function onPage(widget: Widget): Widget {
  Widget.attach(widget, document.body);
  return widget;
}

/** The main area and the side bars, as one page. */
export class FakeShell {
  readonly activated: string[] = [];
  readonly added: Widget[] = [];

  get asShell(): JupyterFrontEnd.IShell {
    return this as unknown as JupyterFrontEnd.IShell;
  }

  add(widget: Widget): void {
    widget.id ||= `added-${this.added.length}`;
    this.added.push(onPage(widget));
  }

  activateById(id: string): void {
    this.activated.push(id);
  }

  /** Close everything. */
  clear(): void {
    this.added.forEach(widget => widget.dispose());
  }
}

/** A registry of commands that only remember how they were executed. */
export class Commands {
  readonly registry = new CommandRegistry();
  readonly executed: { id: string; args: object }[] = [];

  constructor(ids: readonly string[] = Object.values(CommandIds)) {
    ids.forEach(id => this.add(id));
  }

  add(id: string, answer?: unknown): void {
    this.registry.addCommand(id, {
      execute: args => {
        this.executed.push({ id, args });
        return answer;
      }
    });
  }
}

/** JupyterLab's own editors. */
export function editorServices(): IEditorServices {
  const languages = new EditorLanguageRegistry();
  const extensions = new EditorExtensionRegistry();
  // What is on the screen is the text that is shared, as JupyterLab has it.
  extensions.addExtension({
    name: 'shared-model-binding',
    factory: ({ model }) => {
      const { ysource, undoManager } = model.sharedModel as unknown as Pick<
        YFile,
        'ysource' | 'undoManager'
      >;
      return EditorExtensionRegistry.createImmutableExtension(
        ybinding({ ytext: ysource, undoManager })
      );
    }
  });
  return {
    factoryService: new CodeMirrorEditorFactory({ extensions, languages }),
    mimeTypeService: new CodeMirrorMimeTypeService(languages)
  };
}

/** The dialog with this title, once it is there. */
export async function dialog(title: string): Promise<HTMLElement> {
  const found = await screen.findByText(title, { selector: '.jp-Dialog-header' });
  const node = screen.getByRole('dialog');
  expect(node.contains(found)).toBe(true);
  return node;
}

/** Press a button of the dialog with this title. */
export async function answer(title: string, button: string): Promise<void> {
  await userEvent.click(within(await dialog(title)).getByRole('button', { name: button }));
}

/** Wait until no dialog is open. */
export async function dialogClosed(): Promise<void> {
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
}
