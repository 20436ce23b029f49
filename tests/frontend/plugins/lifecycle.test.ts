import { Dialog, Notification } from '@jupyterlab/apputils';
import { waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { lifecyclePlugin } from '../../../src/plugins/lifecycle';
import { FakeApp } from '../support/app';
import {
  archived,
  cleanPlan,
  environment,
  generation,
  problem,
  sourceState,
  tracked
} from '../support/records';
import type { FakeServer } from '../support/server';
import { answer, dialog } from '../support/widgets';

const user = userEvent.setup();

let lab: FakeApp;
let server: FakeServer;
let model: EnvironmentsModel;

const science = environment({ generations: [generation(1), generation(2)] });

beforeEach(async () => {
  lab = await new FakeApp().ready();
  server = lab.server;
  server.environments = [science];
  model = new EnvironmentsModel(new EnvsClient(server.settings), null, 'never');
  await model.refresh();
  await lifecyclePlugin.activate(lab.app, model, null, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
  Notification.dismiss();
});

const messages = (): string[] => Notification.manager.notifications.map(one => one.message);
const sent = (): string[] => server.asked.filter(one => one.startsWith('POST'));
const execute = (id: string): Promise<unknown> => lab.execute(id, { name: 'science' });

describe('a command about an environment that there is not', () => {
  it.each([CommandIds.archive, CommandIds.recreateArchived, CommandIds.compareSource])(
    '%s does nothing',
    async id => {
      server.asked.length = 0;
      await lab.execute(id, { name: 'other' });
      expect(server.asked).toEqual([]);
    }
  );
});

describe('archive', () => {
  const TITLE = 'Archive science?';

  it('asks first, and tells what stays and what goes', async () => {
    await model.storage.want();
    const done = execute(CommandIds.archive);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/^Its 2 generations and its kernel/)).toBeTruthy();
    expect(shown.getByText('98 MB will be freed.')).toBeTruthy();
    expect(shown.getByText(/^Its environment.yml and its lock are kept/)).toBeTruthy();
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Archive');
    expect(await done).toMatchObject({ verb: 'archive', name: 'science' });
    expect(server.bodies['POST environments/science/archive']).toEqual({ force: false });
  });

  it('tells what runs now, and then means it', async () => {
    server.environments = [{ ...science, processes: 1 }];
    server.kernels = [{ id: '1', name: 'science' }];
    await lab.kernels.refreshRunning();
    const done = execute(CommandIds.archive);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText('1 kernel runs from it and will lose its files.')).toBeTruthy();
    await answer(TITLE, 'Archive');
    await done;
    expect(server.bodies['POST environments/science/archive']).toEqual({ force: true });
  });

  it('is let be where the person turns back', async () => {
    const done = execute(CommandIds.archive);
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
    expect(sent()).toEqual([]);
  });
});

describe('recreate', () => {
  beforeEach(async () => {
    server.environments = [archived()];
    await model.refresh();
  });

  it('begins at once: nothing is lost by it', async () => {
    expect(await execute(CommandIds.recreateArchived)).toMatchObject({ verb: 'recreate' });
  });

  it('says why it is refused', async () => {
    server.refuse('POST environments/science/recreate', problem({ code: 'environment_busy' }));
    const done = execute(CommandIds.recreateArchived);
    await answer('Not recreated', 'Close');
    expect(await done).toBeUndefined();
  });
});

describe('the file of an environment', () => {
  it('is compared', async () => {
    const diff = { text: '@@ -1 +1 @@\n+  - numpy', truncated: false };
    server.source = sourceState({ files: [tracked({ state: 'changed', diff })] });
    const done = execute(CommandIds.compareSource);
    const shown = within(await dialog('The file of science'));
    expect((await shown.findByRole('group')).textContent).toBe('+  - numpy');
    await answer('The file of science', 'Close');
    await done;
  });
});

describe('cleaning up', () => {
  const TITLE = 'Clean up';
  const CLEAN = 'POST storage/clean';

  it('shows what goes before anything does', async () => {
    const done = lab.execute(CommandIds.clean);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText('25 MB will be freed.')).toBeTruthy();
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Remove');
    expect(await done).toMatchObject({ verb: 'clean' });
    expect(server.bodies[CLEAN]).toEqual({ generations: false, packages: true });
  });

  it('shows it anew for another choice', async () => {
    const items = [
      { kind: 'generation', name: 'science/1', bytes: 9_000_000, environment: null, generation: 1 }
    ] as const;
    server.cleanPlans['generations=true&packages=true'] = cleanPlan({ items: [...items] });
    const done = lab.execute(CommandIds.clean);
    const shown = within(await dialog(TITLE));
    await user.click(await shown.findByRole('checkbox', { name: /^Earlier generations/ }));
    expect(await shown.findByText('9 MB will be freed.')).toBeTruthy();
    await answer(TITLE, 'Remove');
    await done;
    expect(server.bodies[CLEAN]).toEqual({ generations: true, packages: true });
  });

  it('takes no yes to what was not shown', async () => {
    const open = server.hold();
    const done = lab.execute(CommandIds.clean);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText('Looking at what can go…')).toBeTruthy();
    await answer(TITLE, 'Remove');
    open();
    expect(await within(await dialog(TITLE)).findByText('25 MB will be freed.')).toBeTruthy();
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Remove');
    expect(await done).toMatchObject({ verb: 'clean' });
  });

  it('is not begun where there is nothing to remove', async () => {
    server.cleanPlans['generations=false&packages=true'] = cleanPlan({ items: [] });
    const done = lab.execute(CommandIds.clean);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText('There is nothing that could go.')).toBeTruthy();
    await answer(TITLE, 'Remove');
    expect(await done).toBeNull();
    expect(sent()).toEqual([]);
  });

  it('is let be where the person turns back, or it cannot be told what goes', async () => {
    server.refuse('GET storage/clean?generations=false&packages=true', problem());
    const done = lab.execute(CommandIds.clean);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/^It could not be found out/)).toBeTruthy();
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
  });

  it('tells what was freed, and measures anew', async () => {
    const { id } = await model.clean({ generations: true, packages: true });
    server.goOn(id, { state: 'succeeded', phase: 'ended', result: { freed: 26_000_000 } });
    await model.refresh();
    expect(messages()).toEqual(['26 MB were freed.']);
    await waitFor(() => expect(server.count('GET storage?known=false')).toBe(1));
  });
});

describe('disk space', () => {
  it('is measured', async () => {
    await lab.execute(CommandIds.measure);
    expect(model.storage.view?.by_environment).toHaveLength(1);
  });

  it('says where there is no answer', async () => {
    server.isAway = true;
    await lab.execute(CommandIds.measure);
    expect(messages()).toEqual(['Not measured. The server does not answer.']);
  });
});
