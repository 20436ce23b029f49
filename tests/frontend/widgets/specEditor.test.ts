import type { CodeEditorWrapper } from '@jupyterlab/codeeditor';
import { screen, waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import type { Diagnostic } from '../../../src/types';
import { SpecEditor, type Written } from '../../../src/widgets/specEditor';
import { check, diagnostic, fix, problem } from '../support/records';
import { FakeServer } from '../support/server';
import { nothingMore } from '../support/time';
import { english } from '../support/translation';
import { editorServices, onPage } from '../support/widgets';

const user = userEvent.setup();

let server: FakeServer;
let editor: SpecEditor;
let submitted: [string, Written][];
let refusal: string | null;

beforeEach(() => {
  server = new FakeServer();
  submitted = [];
  refusal = 'No';
});

afterEach(() => {
  jest.useRealTimers();
  editor.dispose();
});

function open(text = 'name: science\n'): void {
  editor = new SpecEditor({
    services: editorServices(),
    client: server.client,
    trans: english,
    text,
    path: 'environment.yml',
    submit: (verb, written) => {
      submitted.push([verb, written]);
      return Promise.resolve(refusal);
    }
  });
  onPage(editor);
}

const wrapper = (): CodeEditorWrapper => editor.widgets[0] as CodeEditorWrapper;

function type(text: string): void {
  wrapper().model.sharedModel.setSource(text);
}

/** The pieces of text that are underlined as of a severity. */
function marked(severity: 'error' | 'warning' | 'info'): string[] {
  const marks = editor.node.querySelectorAll(`.cm-lintRange-${severity}`);
  return [...marks].map(mark => mark.textContent);
}

const CHECK = 'POST specs/check';
const verdict = async (text: string | RegExp): Promise<HTMLElement> =>
  within(await screen.findByRole('status')).findByText(text);
const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name });

describe('the editor', () => {
  it('has the text, its place, and what is found in it', async () => {
    server.check = check({ diagnostics: [diagnostic()] });
    open('name: science\ncolour: red\n');
    expect(await verdict('science can be made from this text.')).toBeTruthy();
    expect(screen.getByRole('button', { name: /line 2 warning.*not a known key/ })).toBeTruthy();
    expect(editor.node.textContent).toContain('colour: red');
    expect(server.bodies[CHECK]).toEqual({
      source: { kind: 'spec', text: 'name: science\ncolour: red\n' }
    });
  });

  it('checks what is written, once the person pauses', async () => {
    open();
    await verdict(/science/);
    server.check = check({ name: 'other' });
    type('name: o');
    type('name: oth');
    type('name: other');
    expect(await verdict('other can be made from this text.')).toBeTruthy();
    expect(server.count(CHECK)).toBe(2);
    expect(server.bodies[CHECK]).toEqual({ source: { kind: 'spec', text: 'name: other' } });
  });

  it('makes nothing of a text that is not checked yet', async () => {
    server.check = check({ exists: true });
    open();
    await verdict(/science/);
    expect(button('Save and update science').disabled).toBe(false);
    server.check = check({ name: 'other' });
    type('name: other');
    await waitFor(() => expect(button('Save and update science').disabled).toBe(true));
    await verdict(/other/);
    expect(button('Save and create').disabled).toBe(false);
  });

  it('shows the findings of the text that is there, whichever answer comes last', async () => {
    open();
    await verdict(/science/);
    server.check = check({ name: 'older' });
    const slow = server.hold();
    type('name: older');
    await waitFor(() => expect(server.count(CHECK)).toBe(2));
    server.release();
    server.check = check({ name: 'newer' });
    type('name: newer');
    await verdict(/newer/);
    slow();
    await nothingMore();
    expect(await verdict(/newer/)).toBeTruthy();
  });

  it('says where the server does not answer, and goes on', async () => {
    server.isAway = true;
    open();
    expect((await screen.findByRole('alert')).textContent).toBe('The server does not answer.');
    server.isAway = false;
    type('name: other');
    await verdict(/science can be made/);
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('says what the server refuses', async () => {
    server.refuse(CHECK, problem({ code: 'quite_new', message: 'It is too large' }), 422);
    open();
    expect((await screen.findByRole('alert')).textContent).toBe('It is too large');
  });

  it('underlines what was found, and no more what is gone', async () => {
    const at = (line: number, from: number, to: number): Pick<Diagnostic, 'start' | 'end'> => ({
      start: { line, column: from },
      end: { line, column: to }
    });
    server.check = check({
      diagnostics: [
        diagnostic(at(2, 3, 9)), // behind an emoji, which the server counts as one character
        diagnostic({ ...at(3, 1, 6), severity: 'error', code: 'key_not_text' }),
        diagnostic({ ...at(1, 7, 14), severity: 'note', code: 'pip_missing' })
      ]
    });
    open('name: science\n🌍 colour: red\nwrong: 1\n');
    await verdict(/1 error/);
    expect(marked('warning')).toEqual(['colour']);
    expect(marked('error')).toEqual(['wrong']);
    expect(marked('info')).toEqual(['science']);
    server.check = check();
    type('name: science\n');
    await verdict(/science can be made/);
    expect([...marked('warning'), ...marked('error'), ...marked('info')]).toEqual([]);
  });

  it('shows a finding whose place is not in the text', async () => {
    const start = { line: 9, column: 9 };
    server.check = check({ diagnostics: [diagnostic({ start, end: start })] });
    open('name: science');
    await user.click(await screen.findByRole('button', { name: /line 9.*not a known key/ }));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(wrapper().editor.getCursorPosition().line).toBe(0);
  });

  it('leads to the place of a finding', async () => {
    const start = { line: 2, column: 1 };
    const end = { line: 2, column: 7 };
    server.check = check({ diagnostics: [diagnostic({ start, end })] });
    open('name: science\ncolour: red\n');
    await user.click(await screen.findByRole('button', { name: /not a known key/ }));
    expect(wrapper().editor.getSelection()).toMatchObject({
      start: { line: 1, column: 0 },
      end: { line: 1, column: 6 }
    });
    expect(wrapper().editor.hasFocus()).toBe(true);
  });
});

describe('the way on', () => {
  it('hands over what is there', async () => {
    open('name: science\n');
    await verdict(/science/);
    const field = screen.getByRole('textbox', { name: 'Save as' });
    await user.clear(field);
    await user.type(field, ' a/b.yml ');
    await user.click(button('Save and create'));
    const written = { path: 'a/b.yml', text: 'name: science\n', name: 'science' };
    expect(submitted).toEqual([['create', written]]);
  });

  it('is an update where the name is taken', async () => {
    server.check = check({ exists: true });
    open();
    await verdict(/science/);
    await user.click(button('Save and update science'));
    expect(submitted).toMatchObject([['update', { name: 'science' }]]);
  });

  it('is closed while it is gone, and open again where it was refused', async () => {
    open();
    await verdict(/science/);
    await user.click(button('Save and create'));
    expect((await screen.findByRole('alert')).textContent).toBe('No');
    expect(button('Save and create').disabled).toBe(false);
    await user.click(button('Save and create'));
    expect(submitted).toHaveLength(2);
  });
});

describe('an editor that is closed', () => {
  it('checks no more', async () => {
    open();
    await verdict(/science/);
    jest.useFakeTimers();
    type('name: other');
    editor.dispose();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(server.count(CHECK)).toBe(1);
  });
});

describe('a fix', () => {
  const colour = diagnostic({ fix: fix([2, 3, 2, 9, 'name']) });
  const number = diagnostic({
    code: 'key_not_text',
    start: { line: 3, column: 1 },
    end: { line: 3, column: 2 },
    fix: fix([3, 1, 3, 2, 'x'])
  });
  const text = (): string => wrapper().model.sharedModel.getSource();
  const TEXT = '# on top\n🌍 colour: red\n1: 2\n';

  /** The server finds what is still wrong with each text. */
  function judge(): void {
    server.judge = (source: string) =>
      check({
        diagnostics: [
          ...(source.includes('colour') ? [colour] : []),
          ...(source.includes('1:') ? [number] : [])
        ]
      });
  }

  it('is a change of the text, which is checked again', async () => {
    judge();
    open(TEXT);
    await user.click(await screen.findByRole('button', { name: 'Fix: Write name' }));
    expect(text()).toBe('# on top\n🌍 name: red\n1: 2\n');
    await waitFor(() => expect(screen.queryByText('Fix: Write name')).toBeNull());
    expect(screen.getByText('Fix: Write x')).toBeTruthy();
    expect(wrapper().editor.getCursorPosition()).toMatchObject({ line: 1, column: 3 });
  });

  it('is one step for undo, also together with others', async () => {
    judge();
    open(TEXT);
    await user.click(await screen.findByRole('button', { name: 'Fix all' }));
    await waitFor(() => expect(text()).toBe('# on top\n🌍 name: red\nx: 2\n'));
    await verdict(/can be made/);
    wrapper().editor.focus();
    await user.keyboard('{Control>}z{/Control}');
    expect(text()).toBe(TEXT);
    await user.keyboard('{Control>}y{/Control}');
    expect(text()).toBe('# on top\n🌍 name: red\nx: 2\n');
  });

  it('uncovers what another look finds', async () => {
    server.judge = source =>
      check({ diagnostics: source.includes('colour') ? [colour, number] : [] });
    const deeper = diagnostic({ fix: fix([1, 1, 1, 2, '']) });
    const first = server.judge;
    server.judge = source =>
      source.includes('colour')
        ? first(source)
        : check({ diagnostics: source.startsWith('#') ? [deeper] : [] });
    open(TEXT);
    await user.click(await screen.findByRole('button', { name: 'Fix all' }));
    await waitFor(() => expect(text()).toBe(' on top\n🌍 name: red\nx: 2\n'));
  });

  it('is made where its finding has gone to', async () => {
    judge();
    open(TEXT);
    const button = await screen.findByRole('button', { name: 'Fix: Write name' });
    server.judge = () =>
      check({
        diagnostics: [diagnostic({ start: { line: 3, column: 3 }, fix: fix([3, 3, 3, 9, 'name']) })]
      });
    type(`# one line more\n${TEXT}`);
    await user.click(button);
    await waitFor(() => expect(text()).toBe(`# one line more\n${TEXT.replace('colour', 'name')}`));
  });

  it('is not made where there is nothing to fix any more', async () => {
    judge();
    open(TEXT);
    const button = await screen.findByRole('button', { name: 'Fix: Write name' });
    type('name: other\n');
    await user.click(button);
    await nothingMore();
    expect(text()).toBe('name: other\n');
  });

  it('says where the server does not answer, and changes nothing', async () => {
    judge();
    open(TEXT);
    const all = await screen.findByRole('button', { name: 'Fix all' });
    server.isAway = true;
    await user.click(all);
    expect((await screen.findByRole('alert')).textContent).toBe('The server does not answer.');
    expect(text()).toBe(TEXT);
  });
});
