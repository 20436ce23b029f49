import type { MainAreaWidget } from '@jupyterlab/apputils';
import type { CodeEditorWrapper } from '@jupyterlab/codeeditor';
import { type BoundFunctions, type queries, screen, waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { CommandIds } from '../../../src/commandIds';
import type { Maker } from '../../../src/widgets/maker';
import type { SpecEditor } from '../../../src/widgets/specEditor';
import { Making } from '../support/making';
import { check, diagnostic, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { answer, type Commands, dialog, type FakeShell } from '../support/widgets';

const user = userEvent.setup();

const PATH = 'work/environment.yml';
const TEXT = 'name: science\ncolour: red\n';
const MENDED = 'name: science\n';
const POST = 'POST environments';
const source = { kind: 'file', path: PATH };

let making: Making;
let server: FakeServer;
let commands: Commands;
let shell: FakeShell;
let maker: Maker;

beforeEach(async () => {
  making = new Making();
  ({ server, commands, shell, maker } = making);
  server.write(PATH, TEXT);
  await making.model.refresh();
});

afterEach(() => {
  making.dispose();
});

/** Take the mistake out of the text that is open, and wait for the verdict. */
async function mend(): Promise<void> {
  const { content } = shell.added[0] as MainAreaWidget<SpecEditor>;
  const wrapper = content.widgets[0] as CodeEditorWrapper;
  wrapper.model.sharedModel.setSource(MENDED);
  await waitFor(() =>
    expect(server.bodies['POST specs/check']).toMatchObject({ source: { text: MENDED } })
  );
}

/** A button, once it can be pressed. */
async function enabled(name: string): Promise<HTMLElement> {
  const button = await screen.findByRole<HTMLButtonElement>('button', { name });
  await waitFor(() => expect(button.disabled).toBe(false));
  return button;
}

describe('a file that cannot be used', () => {
  beforeEach(() => {
    const found = [diagnostic()];
    server.refuse(POST, problem({ code: 'spec_invalid', details: found }), 422);
    server.check = check({ valid: false, diagnostics: found });
  });

  it('is opened, with what was found in it', async () => {
    expect(await maker.fromFile(PATH)).toBeNull();
    expect(shell.activated).toEqual([shell.added[0]?.id]);
    expect(await screen.findByRole('button', { name: /not a known key/ })).toBeTruthy();
    expect(shell.added[0]?.node.textContent).toContain('colour: red');
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Save as' }).value).toBe(PATH);
    expect(server.bodies['POST specs/check']).toEqual({ source: { kind: 'spec', text: TEXT } });
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('can be mended and written over', async () => {
    await maker.fromFile(PATH);
    server.check = check();
    await mend();
    await user.click(await enabled('Save and create'));
    await waitFor(() => expect(shell.added[0]?.isDisposed).toBe(true));
    expect(server.files[PATH]).toBe(MENDED);
    expect(server.bodies[POST]).toEqual({ source, name: null });
  });

  it('is not written over where somebody else changed it', async () => {
    await maker.fromFile(PATH);
    server.check = check();
    await mend();
    server.write(PATH, 'theirs');
    await user.click(await enabled('Save and create'));
    expect((await screen.findByRole('alert')).textContent).toMatch(/has been changed since/);
    expect(server.files[PATH]).toBe('theirs');
    expect(making.creates).toBe(1);
  });

  it('is told of where it is no text that could be opened', async () => {
    server.files = {};
    const made = maker.fromFile(PATH);
    const findings = await within(await dialog('Not created')).findByRole('list');
    expect(findings.textContent).toContain('not a known key');
    await answer('Not created', 'Close');
    expect(await made).toBeNull();
    expect(shell.added).toEqual([]);
  });

  it('is opened by JupyterLab where there are no editors for us', async () => {
    await making.makerWith(null).fromFile(PATH);
    expect(commands.executed).toEqual([{ id: 'docmanager:open', args: { path: PATH } }]);
  });
});

describe('a text that is written', () => {
  const NEW = 'new/environment.yml';
  const written = 'name: fresh\n';

  beforeEach(async () => {
    server.check = check({ name: 'fresh' });
    await maker.write(written, NEW);
  });

  const form = (): BoundFunctions<typeof queries> => within(shell.added[0]?.node as HTMLElement);

  async function saveAs(path: string): Promise<void> {
    const field = form().getByRole('textbox', { name: 'Save as' });
    await user.clear(field);
    if (path !== '') {
      await user.type(field, path);
    }
  }

  it('is saved and made into an environment', async () => {
    await user.click(await enabled('Save and create'));
    await waitFor(() => expect(shell.added[0]?.isDisposed).toBe(true));
    expect(server.files[NEW]).toBe(written);
    expect(server.bodies[POST]).toEqual({ source: { kind: 'file', path: NEW }, name: null });
    expect(commands.executed.map(one => one.id)).toEqual([CommandIds.openPanel]);
  });

  it('need not be saved', async () => {
    await enabled('Save and create');
    await saveAs('');
    await user.click(await enabled('Save and create'));
    await waitFor(() => expect(making.creates).toBe(1));
    expect(server.bodies[POST]).toEqual({ source: { kind: 'spec', text: written }, name: null });
    expect(Object.keys(server.files)).toEqual([PATH]);
  });

  it('is not written over a file that is there', async () => {
    await enabled('Save and create');
    await saveAs(PATH);
    await user.click(await enabled('Save and create'));
    expect((await form().findByRole('alert')).textContent).toBe(
      `There is already a file ${PATH}. Give another name.`
    );
    expect(server.files[PATH]).toBe(TEXT);
    expect(making.creates).toBe(0);
  });

  it('is kept where it was refused, and can be tried again', async () => {
    server.refuse(POST, problem(), 507);
    await user.click(await enabled('Save and create'));
    expect((await form().findByRole('alert')).textContent).toMatch(
      /^There is not enough disk space in \/home\/ada/
    );
    expect(shell.added[0]?.isDisposed).toBe(false);
    await user.click(await enabled('Save and create'));
    await waitFor(() => expect(shell.added[0]?.isDisposed).toBe(true));
    expect(making.creates).toBe(2);
  });

  it('updates the environment of its name', async () => {
    shell.clear();
    server.check = check({ name: 'science', exists: true });
    await maker.write(TEXT, NEW);
    await user.click(await enabled('Save and update science'));
    await waitFor(() => expect(server.count('PUT environments/science')).toBe(1));
    expect(server.bodies['PUT environments/science']).toEqual({
      source: { kind: 'file', path: NEW }
    });
    expect(making.creates).toBe(0);
  });

  it('is kept where it cannot be saved', async () => {
    await enabled('Save and create');
    server.isAway = true;
    await user.click(await enabled('Save and create'));
    expect((await form().findByRole('alert')).textContent).toContain('Failed to fetch');
    expect(making.creates).toBe(0);
  });
});
