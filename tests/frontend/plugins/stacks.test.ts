import { Dialog, type MainAreaWidget } from '@jupyterlab/apputils';
import { screen, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { stacksPlugin } from '../../../src/plugins/stacks';
import { FakeApp } from '../support/app';
import { environment, problem } from '../support/records';
import { choice, stack, stackTarget, stacks } from '../support/stacks';
import { answer, dialog } from '../support/widgets';

const user = userEvent.setup();
const TITLE = 'New environment: PyTorch';
const CREATE = 'POST environments';

let lab: FakeApp;
let model: EnvironmentsModel;

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.commands.add(CommandIds.openPanel);
  lab.commands.add(CommandIds.newEnvironment);
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  await model.refresh();
  await stacksPlugin.activate(lab.app, model, null, null, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
});

const name = async (): Promise<HTMLInputElement> =>
  within(await dialog(TITLE)).findByRole('textbox', { name: 'Name' });

async function choose(): Promise<void> {
  await lab.execute(CommandIds.stacks);
  await user.click(await screen.findByRole('button', { name: 'Create PyTorch…' }));
}

describe('the page of stacks', () => {
  it('opens once, and looks again when it is opened again', async () => {
    const first = (await lab.execute(CommandIds.stacks)) as MainAreaWidget;
    expect(await lab.execute(CommandIds.stacks)).toBe(first);
    expect(lab.shell.activated).toEqual([first.id, first.id]);
    expect(lab.server.count('GET stacks')).toBeGreaterThan(1);
  });

  it('says why there are none', async () => {
    lab.server.isAway = true;
    await lab.execute(CommandIds.stacks);
    expect((await screen.findByRole('alert')).textContent).toBe('The server does not answer.');
  });

  it('leads to a file of one’s own', async () => {
    await lab.execute(CommandIds.stacks);
    await user.click(await screen.findByRole('button', { name: /^Write an/ }));
    expect(lab.commands.executed.map(one => one.id)).toEqual([CommandIds.newEnvironment]);
  });
});

describe('an environment of a stack', () => {
  it('is made under a name that is free, for the target that fits', async () => {
    lab.server.environments = [environment({ name: 'pytorch' })];
    await model.refresh();
    await choose();
    expect((await name()).value).toBe('pytorch-2');
    await answer(TITLE, 'Create');
    await screen.findByRole('button', { name: 'Create PyTorch…' });
    expect(lab.server.bodies[CREATE]).toEqual({
      source: { kind: 'stack', id: 'pytorch', target: 'gpu' },
      name: 'pytorch-2'
    });
    expect(lab.commands.executed.map(one => one.id)).toEqual([CommandIds.openPanel]);
  });

  it('is made for another target where that is chosen', async () => {
    await choose();
    await user.clear(await name());
    await user.type(await name(), 'mine');
    await user.click(screen.getByRole('radio', { name: /^For the CPU/ }));
    await answer(TITLE, 'Create');
    expect(lab.server.bodies[CREATE]).toEqual({
      source: { kind: 'stack', id: 'pytorch', target: 'cpu' },
      name: 'mine'
    });
  });

  it('has nothing to choose where one target fits', async () => {
    lab.server.stacks = stacks({ stacks: [stack({ targets: [stackTarget()] })] });
    await choose();
    await name();
    expect(screen.queryByRole('radio')).toBeNull();
    await answer(TITLE, 'Cancel');
    expect(lab.server.count(CREATE)).toBe(0);
  });

  it('is asked for another name where that one cannot be had', async () => {
    const taken = problem({ code: 'name_taken', params: { name: 'pytorch' } });
    lab.server.refuse(CREATE, taken);
    await choose();
    await name();
    await answer(TITLE, 'Create');
    expect((await screen.findByRole('alert')).textContent).toContain('already an environment');
    await user.clear(await name());
    await answer(TITLE, 'Create');
    expect(await screen.findByText('Give it a name.')).toBeTruthy();
    await user.type(await name(), 'other');
    await answer(TITLE, 'Create');
    expect(lab.server.bodies[CREATE]).toMatchObject({ name: 'other' });
  });

  it('says why it is not made', async () => {
    lab.server.refuse(CREATE, problem(), 507);
    await choose();
    await name();
    await answer(TITLE, 'Create');
    expect((await dialog('Not created')).textContent).toContain('Not created');
    await answer('Not created', 'Close');
  });
});

describe('a stack whose id is given', () => {
  it('is made without the page', async () => {
    const done = lab.execute(CommandIds.stacks, { id: 'pytorch' });
    await name();
    await answer(TITLE, 'Create');
    expect(await done).toMatchObject({ name: 'pytorch' });
    expect(lab.shell.added).toEqual([]);
  });

  it('is nothing where there is none of the id', async () => {
    expect(await lab.execute(CommandIds.stacks, { id: 'other' })).toBeNull();
  });

  it('is not made where it is broken', async () => {
    const broken = stack({ problem: problem({ code: 'stack_invalid', message: 'It is broken' }) });
    lab.server.stacks = { stacks: [broken], choice: choice() };
    const done = lab.execute(CommandIds.stacks, { id: 'pytorch' });
    await dialog('Not created');
    await answer('Not created', 'Close');
    expect(await done).toBeUndefined();
  });
});
