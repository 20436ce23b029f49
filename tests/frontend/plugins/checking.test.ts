import { CodeEditor, CodeEditorWrapper } from '@jupyterlab/codeeditor';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { waitFor } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { checkingPlugin } from '../../../src/plugins/checking';
import { FakeApp } from '../support/app';
import { check, diagnostic, fix } from '../support/records';
import { nothingMore } from '../support/time';
import { editorServices, onPage } from '../support/widgets';

const CHECK = 'POST specs/check';

/** A file that is open in JupyterLab's editor. */
class Opened extends Widget {
  readonly content: { editor: CodeEditor.IEditor };
  readonly context: { path: string; ready: Promise<void>; pathChanged: Signal<object, string> };

  constructor(path: string, text: string) {
    super();
    const model = new CodeEditor.Model({ mimeType: 'text/x-yaml' });
    model.sharedModel.setSource(text);
    const wrapper = new CodeEditorWrapper({
      model,
      factory: options => editorServices().factoryService.newDocumentEditor(options)
    });
    onPage(wrapper);
    this.disposed.connect(() => wrapper.dispose());
    this.content = { editor: wrapper.editor };
    this.context = { path, ready: Promise.resolve(), pathChanged: new Signal({}) };
  }

  get text(): string {
    return this.content.editor.model.sharedModel.getSource();
  }

  type(text: string): void {
    this.content.editor.model.sharedModel.setSource(text);
  }

  rename(path: string): void {
    this.context.path = path;
    this.context.pathChanged.emit(path);
  }

  get marked(): string[] {
    const marks = this.content.editor.host.querySelectorAll('.cm-lintRange');
    return [...marks].map(mark => mark.textContent);
  }
}

let lab: FakeApp;
let model: EnvironmentsModel;
let open: Opened[];
let current: Opened | null;
const added = new Signal<object, Opened>({});

beforeEach(async () => {
  lab = await new FakeApp().ready();
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  lab.server.judge = text =>
    check({
      diagnostics: text.includes('colour') ? [diagnostic({ fix: fix([2, 1, 2, 7, 'name']) })] : []
    });
  open = [];
  current = null;
  const editors = {
    widgetAdded: added,
    forEach: (visit: (widget: Opened) => void) => open.forEach(visit),
    get currentWidget() {
      return current;
    }
  };
  await checkingPlugin.activate(lab.app, model, editors, null);
});

afterEach(async () => {
  open.forEach(one => one.dispose());
  model.dispose();
  await lab.dispose();
});

function show(path: string, text = '# a file\ncolour: red\n'): Opened {
  current = new Opened(path, text);
  open.push(current);
  added.emit(current);
  return current;
}

const isVisible = (): boolean => lab.commands.registry.isVisible(CommandIds.fixAll);

describe('an environment.yml in an editor', () => {
  it('is checked, and what is found is underlined', async () => {
    const file = show('work/environment.yml');
    await waitFor(() => expect(file.marked).toEqual(['colour']));
    file.type('# a file\nname: red\n');
    await waitFor(() => expect(file.marked).toEqual([]));
    await waitFor(() => expect(lab.server.count(CHECK)).toBe(2));
  });

  it('is put right by a command', async () => {
    const file = show('environment.yml');
    await waitFor(() => expect(isVisible()).toBe(true));
    await lab.execute(CommandIds.fixAll);
    expect(file.text).toBe('# a file\nname: red\n');
    await waitFor(() => expect(isVisible()).toBe(false));
    expect(lab.contextMenu.map(one => one.command)).toEqual([CommandIds.fixAll]);
  });

  it('is known by its text too, as soon as that says so', async () => {
    const file = show('work/env.yml');
    await nothingMore();
    expect(lab.server.count(CHECK)).toBe(0);
    file.type('channels:\ncolour: red\ndependencies:\n');
    await waitFor(() => expect(file.marked).toEqual(['colour']));
  });

  it('is one when it is called so', async () => {
    const file = show('work/notes.txt');
    file.rename('work/environment.yml');
    await waitFor(() => expect(file.marked).toEqual(['colour']));
    file.rename('work/notes.txt');
    await waitFor(() => expect(file.marked).toEqual([]));
  });
});

describe('a file of another kind', () => {
  it.each(['work/notes.py', 'mkdocs.yml'])('is left alone: %s', async path => {
    const file = show(path);
    file.type('# a file\ncolour: blue\n');
    await nothingMore();
    expect(lab.server.count(CHECK)).toBe(0);
    expect(isVisible()).toBe(false);
    expect(await lab.execute(CommandIds.fixAll)).toBeUndefined();
  });
});

describe('an editor that is closed', () => {
  it('is not checked any more', async () => {
    const file = show('environment.yml');
    await waitFor(() => expect(file.marked).toEqual(['colour']));
    file.dispose();
    await nothingMore();
    expect(lab.server.count(CHECK)).toBe(1);
    expect(isVisible()).toBe(false);
  });
});
