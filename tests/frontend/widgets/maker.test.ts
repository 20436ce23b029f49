import { Notification } from '@jupyterlab/apputils';
import { screen, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { CommandIds } from '../../../src/commandIds';
import type { EnvironmentsModel } from '../../../src/model';
import type { Operation } from '../../../src/types';
import type { Maker } from '../../../src/widgets/maker';
import { Making } from '../support/making';
import { environment, foreign, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { answer, type Commands, dialog } from '../support/widgets';

const user = userEvent.setup();

const PATH = 'work/environment.yml';
const POST = 'POST environments';
const source = { kind: 'file', path: PATH };

let making: Making;
let server: FakeServer;
let model: EnvironmentsModel;
let commands: Commands;
let maker: Maker;

beforeEach(async () => {
  making = new Making();
  ({ server, model, commands, maker } = making);
  await model.refresh();
});

afterEach(() => {
  making.dispose();
});

const NAME = 'Name of the environment';
const TAKEN = 'The name is taken';

/** The field of the dialog that asks for a name. */
async function nameField(): Promise<HTMLInputElement> {
  return within(await dialog(NAME)).getByRole<HTMLInputElement>('textbox', { name: 'Name' });
}

async function answerName(name: string): Promise<void> {
  const field = await nameField();
  await user.clear(field);
  await user.type(field, name);
  await answer(NAME, 'Create');
}

describe('a file', () => {
  it('is made into an environment, and the panel shows it', async () => {
    const begun = await maker.fromFile(PATH);
    expect(begun?.verb).toBe('create');
    expect(server.bodies[POST]).toEqual({ source, name: null });
    expect(commands.executed).toEqual([{ id: CommandIds.openPanel, args: {} }]);
    expect(model.rows()[0]?.operation?.id).toBe(begun?.id);
  });
});

describe('a file without a name', () => {
  let made: Promise<Operation | null>;

  beforeEach(() => {
    server.refuse(POST, problem({ code: 'name_missing', params: { file: PATH } }), 422);
    made = maker.fromFile(PATH);
  });

  it('is asked a name for', async () => {
    await answerName(' mine ');
    expect((await made)?.name).toBe('mine');
    expect(server.bodies[POST]).toEqual({ source, name: 'mine' });
  });

  it('is let be where none is given', async () => {
    await answerName(' ');
    expect(await made).toBeNull();
    expect(making.creates).toBe(1);
  });

  it('is let be where the person turns back', async () => {
    await user.type(await nameField(), 'mine');
    await answer(NAME, 'Cancel');
    expect(await made).toBeNull();
    expect(making.creates).toBe(1);
  });
});

describe('a name that is taken', () => {
  const taken = problem({
    code: 'name_taken',
    params: { name: 'science' },
    hint: 'Choose another name with --name, or change it: jupyter envs update science FILE'
  });
  let made: Promise<Operation | null>;

  async function begin(by = environment()): Promise<void> {
    server.environments = [by];
    await model.refresh();
    server.refuse(POST, taken);
    made = maker.fromFile(PATH);
    const node = await dialog(TAKEN);
    await within(node).findByText(/^There is already an environment called 'science'/);
    expect(node.textContent).not.toContain('jupyter envs');
  }

  it('can be that of the environment to update', async () => {
    await begin();
    await answer(TAKEN, 'Update it');
    expect(await made).toMatchObject({ verb: 'update', name: 'science' });
    expect(server.bodies['PUT environments/science']).toEqual({ source });
    expect(making.creates).toBe(1);
  });

  it('can be changed', async () => {
    await begin();
    await answer(TAKEN, 'Another name…');
    expect((await nameField()).value).toBe('science-2');
    await answer(NAME, 'Create');
    expect((await made)?.name).toBe('science-2');
    expect(server.bodies[POST]).toEqual({ source, name: 'science-2' });
  });

  it('is asked for again where the other is taken too', async () => {
    await begin();
    await answer(TAKEN, 'Another name…');
    server.refuse(POST, { ...taken, params: { name: 'other' } });
    await answerName('other');
    expect(await within(await dialog(TAKEN)).findByText(/called 'other'/)).toBeTruthy();
    await answer(TAKEN, 'Another name…');
    await answerName('third');
    expect((await made)?.name).toBe('third');
  });

  it('can be let be', async () => {
    await begin();
    await answer(TAKEN, 'Cancel');
    expect(await made).toBeNull();
    expect(server.count('PUT environments/science')).toBe(0);
  });

  it('can be let be after all', async () => {
    await begin();
    await answer(TAKEN, 'Another name…');
    await answer(NAME, 'Cancel');
    expect(await made).toBeNull();
    expect(making.creates).toBe(1);
  });

  it('by another tool offers no update', async () => {
    await begin(foreign('science'));
    const node = await dialog(TAKEN);
    expect(within(node).queryByRole('button', { name: 'Update it' })).toBeNull();
    await answer(TAKEN, 'Cancel');
    expect(await made).toBeNull();
  });

  it('tells where the update is refused', async () => {
    await begin();
    server.refuse('PUT environments/science', problem({ code: 'environment_busy' }));
    await answer(TAKEN, 'Update it');
    await answer('Not updated', 'Close');
    expect(await made).toBeNull();
  });

  it('is updated from the editor, where the file has errors', async () => {
    await begin();
    server.write(PATH, 'name: science\n');
    server.refuse('PUT environments/science', problem({ code: 'spec_invalid' }), 422);
    await answer(TAKEN, 'Update it');
    await answer('Not updated', 'Open in the editor');
    expect(await made).toBeNull();
    expect(making.shell.added[0]?.node.textContent).toContain('name: science');
  });
});

describe('anything else that is in the way', () => {
  it('is told with what to do', async () => {
    server.refuse(POST, problem(), 507);
    const made = maker.fromFile(PATH);
    const shown = within(await dialog('Not created'));
    expect(await shown.findByText(/^There is not enough disk space in \/home\/ada/)).toBeTruthy();
    expect(shown.getByText(/free some space/)).toBeTruthy();
    await answer('Not created', 'Close');
    expect(await made).toBeNull();
  });

  it('is told without a dialog where there is no answer', async () => {
    server.isAway = true;
    expect(await maker.fromFile(PATH)).toBeNull();
    expect(Notification.manager.notifications.map(one => one.message)).toEqual([
      'Not created. The server does not answer.'
    ]);
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
