import { Dialog } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { IEditorTracker } from '@jupyterlab/fileeditor';
import { screen } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { makingPlugin } from '../../../src/plugins/making';
import { placesPlugin } from '../../../src/plugins/places';
import { FakeApp } from '../support/app';
import { editorServices } from '../support/widgets';

let lab: FakeApp;
let model: EnvironmentsModel;
/** Paths of what is selected in the file browser. */
let selected: string[];
/** The path in the editor, and whether it was saved. */
let edited: string;
const save = jest.fn(() => Promise.resolve());

beforeEach(async () => {
  lab = await new FakeApp().ready();
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  lab.commands.add(CommandIds.openPanel);
  selected = [];
  edited = '';
  save.mockClear();
  const browsers = {
    tracker: { currentWidget: { selectedItems: () => selected.map(path => ({ path })) } }
  } as unknown as IFileBrowserFactory;
  const browser = { model: { path: 'work' } } as unknown as IDefaultFileBrowser;
  const editors = {
    get currentWidget() {
      return { context: { path: edited, save } };
    }
  } as unknown as IEditorTracker;
  const services = editorServices();
  await makingPlugin.activate(lab.app, model, browsers, browser, editors, services, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
});

const isVisible = (id: string): boolean => lab.commands.registry.isVisible(id);
const made = (): unknown => lab.server.bodies['POST environments'];

const FILES: [string[], boolean][] = [
  [['work/environment.yml'], true],
  [['work/conda-lock.YAML'], true],
  [['work/notes.txt'], false],
  [['yml'], false],
  [['a.yml', 'b.yml'], false],
  [[], false]
];

describe('a file of the browser', () => {
  it.each(FILES)('of %j can be made into an environment: %s', (paths, wanted) => {
    selected = paths;
    expect(isVisible(CommandIds.createFromFile)).toBe(wanted);
  });

  it('that is selected is made into an environment', async () => {
    selected = ['work/environment.yml'];
    await lab.execute(CommandIds.createFromFile);
    expect(made()).toEqual({ source: { kind: 'file', path: 'work/environment.yml' }, name: null });
  });

  it('that is named is made into an environment', async () => {
    await lab.execute(CommandIds.createFromFile, { path: 'other.yml' });
    expect(made()).toMatchObject({ source: { path: 'other.yml' } });
  });

  it('is needed', async () => {
    expect(await lab.execute(CommandIds.createFromFile)).toBeNull();
    expect(made()).toBeUndefined();
  });
});

describe('a file in the editor', () => {
  it('is saved, then made into an environment', async () => {
    edited = 'work/environment.yml';
    expect(isVisible(CommandIds.createFromEditor)).toBe(true);
    await lab.execute(CommandIds.createFromEditor);
    expect(save).toHaveBeenCalledTimes(1);
    expect(made()).toMatchObject({ source: { path: 'work/environment.yml' } });
  });

  it('of another kind is left alone', async () => {
    edited = 'work/notes.txt';
    expect(isVisible(CommandIds.createFromEditor)).toBe(false);
    expect(await lab.execute(CommandIds.createFromEditor)).toBeNull();
    expect(save).not.toHaveBeenCalled();
    expect(made()).toBeUndefined();
  });
});

describe('a new environment', () => {
  it('begins with a text, in the folder that is open', async () => {
    await lab.execute(CommandIds.newEnvironment);
    const field = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Save as' });
    expect(field.value).toBe('work/environment.yml');
    expect(lab.server.bodies['POST specs/check']).toMatchObject({
      source: { kind: 'spec', text: expect.stringContaining('- ipykernel') as string }
    });
    expect(lab.shell.activated).toHaveLength(1);
  });
});

describe('the places', () => {
  it('are menus of files and of editors, and the launcher', async () => {
    const cards: { command: string }[] = [];
    const launcher = { add: (card: { command: string }) => void cards.push(card) };
    await placesPlugin.activate(lab.app, launcher, null);
    expect(lab.contextMenu.map(one => one.command)).toEqual([
      CommandIds.createFromFile,
      CommandIds.lockFile,
      CommandIds.createFromEditor
    ]);
    expect(cards).toMatchObject([
      { command: CommandIds.newEnvironment, args: { isLauncher: true } }
    ]);
    const { registry } = lab.commands;
    expect(registry.label(CommandIds.newEnvironment, { isLauncher: true })).toBe('Environment');
    expect(registry.label(CommandIds.newEnvironment)).toBe('New Environment');
  });
});
