import { Dialog, Notification } from '@jupyterlab/apputils';
import { within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { changingPlugin } from '../../../src/plugins/changing';
import { FakeApp } from '../support/app';
import { environment, generation, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { answer, dialog } from '../support/widgets';

const user = userEvent.setup();

let lab: FakeApp;
let server: FakeServer;
let model: EnvironmentsModel;

const science = environment({
  name: 'My Science',
  slug: 'My-Science',
  generation: 2,
  generations: [generation(1), generation(2)]
});

beforeEach(async () => {
  lab = await new FakeApp().ready();
  server = lab.server;
  server.environments = [science];
  model = new EnvironmentsModel(new EnvsClient(server.settings), null, 'never');
  await model.refresh();
  await changingPlugin.activate(lab.app, model, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
  Notification.dismiss();
});

const messages = (): string[] => Notification.manager.notifications.map(one => one.message);

describe('update', () => {
  it.each(['My-Science', 'My Science'])('builds the next generation of %s', async name => {
    expect(await lab.execute(CommandIds.update, { name })).toMatchObject({ verb: 'update' });
    expect(server.bodies['PUT environments/My-Science']).toEqual({ source: null });
  });

  it('says why it is refused', async () => {
    server.refuse('PUT environments/My-Science', problem({ code: 'environment_busy' }));
    const done = lab.execute(CommandIds.update, { name: 'My-Science' });
    await answer('Not updated', 'Close');
    expect(await done).toBeUndefined();
  });

  describe('from a file with errors', () => {
    const invalid = problem({ code: 'spec_invalid', params: { file: 'x', reason: 'it is empty' } });

    it('offers to open it where the fixes are', async () => {
      lab.commands.add(CommandIds.mendFile);
      server.refuse('PUT environments/My-Science', invalid, 422);
      const done = lab.execute(CommandIds.update, { name: 'My-Science' });
      await answer('Not updated', 'Open in the editor');
      await done;
      expect(lab.commands.executed).toEqual([
        { id: CommandIds.mendFile, args: { path: 'work/environment.yml' } }
      ]);
    });

    it('opens nothing unasked', async () => {
      lab.commands.add(CommandIds.mendFile);
      server.refuse('PUT environments/My-Science', invalid, 422);
      const done = lab.execute(CommandIds.update, { name: 'My-Science' });
      await answer('Not updated', 'Close');
      await done;
      expect(lab.commands.executed).toEqual([]);
    });

    it('offers nothing where the file is out of reach, or nothing can open it', async () => {
      server.refuse('PUT environments/My-Science', invalid, 422);
      const done = lab.execute(CommandIds.update, { name: 'My-Science' });
      const shown = within(await dialog('Not updated'));
      expect(shown.queryByRole('button', { name: 'Open in the editor' })).toBeNull();
      await answer('Not updated', 'Close');
      await done;
    });
  });

  it('says where there is no answer', async () => {
    server.isAway = true;
    await lab.execute(CommandIds.update, { name: 'My-Science' });
    expect(messages()).toEqual(['Not updated. The server does not answer.']);
  });
});

describe('a command about an environment that there is not', () => {
  it.each([CommandIds.update, CommandIds.clone, CommandIds.rollback, CommandIds.remove])(
    '%s does nothing',
    async id => {
      server.asked.length = 0;
      await lab.execute(id, { name: 'other', generation: 1 });
      expect(server.asked).toEqual([]);
    }
  );
});

describe('clone', () => {
  it('asks for the name of the new one', async () => {
    const done = lab.execute(CommandIds.clone, { name: 'My-Science' });
    const shown = within(await dialog('Clone My Science'));
    const field = shown.getByRole<HTMLInputElement>('textbox', { name: 'Name' });
    expect(field.value).toBe('My Science-copy');
    await user.clear(field);
    await user.type(field, 'other');
    await answer('Clone My Science', 'Create');
    expect(await done).toMatchObject({ name: 'other' });
    expect(server.bodies['POST environments/My-Science/clone']).toEqual({ name: 'other' });
  });

  it('is let be where the person turns back', async () => {
    const done = lab.execute(CommandIds.clone, { name: 'My-Science' });
    await answer('Clone My Science', 'Cancel');
    expect(await done).toBeNull();
    expect(server.count('POST environments/My-Science/clone')).toBe(0);
  });
});

describe('rollback', () => {
  const args = { name: 'My-Science', generation: 1 };

  it('makes the generation current, and says so', async () => {
    await lab.execute(CommandIds.rollback, args);
    expect(server.bodies['POST environments/My-Science/rollback']).toEqual({ generation: 1 });
    expect(model.environments[0]?.generation).toBe(1);
    expect(messages()).toEqual(['My Science is now generation 1.']);
  });

  it('says why it failed', async () => {
    server.rollbackError = problem();
    const done = lab.execute(CommandIds.rollback, args);
    await answer('Not rolled back', 'Close');
    expect(await done).toBeUndefined();
    expect(messages()).toEqual([]);
  });
});

describe('remove', () => {
  const TITLE = 'Remove My Science?';
  const remove = (): Promise<unknown> => lab.execute(CommandIds.remove, { name: 'My-Science' });

  it('asks first', async () => {
    const done = remove();
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/^Its 2 generations/)).toBeTruthy();
    await answer(TITLE, 'Remove');
    expect(await done).toMatchObject({ verb: 'remove', name: 'My-Science' });
    expect(server.asked).toContain('DELETE environments/My-Science?force=false');
  });

  it('is let be where the person turns back', async () => {
    const done = remove();
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
    expect(server.asked.filter(one => one.startsWith('DELETE'))).toEqual([]);
  });

  it('tells what runs now, and then means it', async () => {
    server.environments = [{ ...science, processes: 2 }];
    server.kernels = [
      { id: '1', name: 'My-Science' },
      { id: '2', name: 'python3' }
    ];
    await lab.kernels.refreshRunning();
    const done = remove();
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText('1 kernel runs from it and will lose its files.')).toBeTruthy();
    await answer(TITLE, 'Remove');
    await done;
    expect(server.asked).toContain('DELETE environments/My-Science?force=true');
  });

  it('says where it is gone already', async () => {
    server.refuse('GET environments/My-Science', problem({ code: 'environment_not_found' }), 404);
    const done = remove();
    await answer('Not removed', 'Close');
    expect(await done).toBeUndefined();
  });
});

describe('a command about an operation', () => {
  it('cancels it', async () => {
    const { id } = server.begin({ state: 'running' });
    await lab.execute(CommandIds.cancel, { operation: id });
    expect(model.operations()).toMatchObject([{ id, state: 'cancelled' }]);
  });

  it('resumes it', async () => {
    const { id } = server.begin({ state: 'interrupted', resumable: true });
    expect(await lab.execute(CommandIds.resume, { operation: id })).toMatchObject({
      id,
      state: 'queued'
    });
  });

  it.each([
    ['Not cancelled', CommandIds.cancel, 'DELETE operations/018f', 'operation_ended'],
    ['Not resumed', CommandIds.resume, 'POST operations/018f/resume', 'nothing_to_resume']
  ])('says why it is %s', async (title, id, request, code) => {
    server.refuse(request, problem({ code }));
    const done = lab.execute(id, { operation: '018f' });
    await answer(title, 'Close');
    expect(await done).toBeUndefined();
  });
});
