import { Dialog, Notification } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { within } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { lockingPlugin } from '../../../src/plugins/locking';
import type { Operation } from '../../../src/types';
import { FakeApp } from '../support/app';
import { problem } from '../support/records';
import { answer, dialog } from '../support/widgets';

let lab: FakeApp;
let model: EnvironmentsModel;
let selected: string[];

beforeEach(async () => {
  lab = await new FakeApp().ready();
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  selected = ['work/environment.yml'];
  lab.commands.add('docmanager:open');
  const browsers = {
    tracker: { currentWidget: { selectedItems: () => selected.map(path => ({ path })) } }
  } as unknown as IFileBrowserFactory;
  await lockingPlugin.activate(lab.app, model, browsers, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
  Notification.dismiss();
});

const { manager } = Notification;
const messages = (): string[] => manager.notifications.map(one => one.message);
const press = (label: string): void =>
  manager.notifications[0]?.options.actions
    ?.find(one => one.label === label)
    ?.callback(new MouseEvent('click'));

/** Ask for the lock of what is selected, and let it end so. */
async function lock(end: Partial<Operation>): Promise<void> {
  await lab.execute(CommandIds.lockFile);
  const [begun] = lab.server.operations;
  lab.server.operations = [{ ...begun, events: 9, ...end } as Operation];
  await model.refresh();
}

const OFFERED: [string[], boolean][] = [
  [['environment.yml'], true],
  [['work/team.YAML'], true],
  [['conda-lock.yml'], false],
  [['work/team.conda-lock.yml'], false],
  [['notes.txt'], false],
  [['a.yml', 'b.yml'], false],
  [[], false]
];

it.each(OFFERED)('of %j a lock can be written: %s', (paths, wanted) => {
  selected = paths;
  expect(lab.commands.registry.isVisible(CommandIds.lockFile)).toBe(wanted);
});

it('is written beside the file that is selected, and can be opened', async () => {
  await lab.execute(CommandIds.lockFile);
  expect(lab.server.bodies['POST specs/lock']).toEqual({ path: 'work/environment.yml' });
  expect(messages()).toEqual(['Locking environment.yml…']);

  await lock({ state: 'succeeded', result: { file: '/srv/work/conda-lock.yml', changed: true } });

  expect(messages()).toContain('work/conda-lock.yml is written.');
  const done = manager.notifications.find(one => one.message.endsWith('is written.'));
  done?.options.actions?.[0]?.callback(new MouseEvent('click'));
  expect(lab.commands.executed).toEqual([
    { id: 'docmanager:open', args: { path: 'work/conda-lock.yml' } }
  ]);
});

it('is left as it is where it is up to date', async () => {
  await lock({ state: 'succeeded', result: { file: '/x/conda-lock.yml', changed: false } });
  expect(messages()).toEqual(['work/conda-lock.yml is up to date; it was left as it is.']);
});

it('can be cancelled', async () => {
  await lab.execute(CommandIds.lockFile);
  press('Cancel');
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(lab.server.asked.some(one => one.startsWith('DELETE operations/'))).toBe(true);

  await lock({ state: 'cancelled' });
  expect(messages()).not.toContain('work/conda-lock.yml is written.');
});

it('says why there is none', async () => {
  await lock({ state: 'failed', error: problem() });
  const shown = within(await dialog('Not locked'));
  expect(await shown.findByText(/not enough disk space/i)).toBeTruthy();
  await answer('Not locked', 'Close');
  expect(messages()).toEqual([]);
});

it('is refused with its reason', async () => {
  lab.server.refuse('POST specs/lock', problem({ code: 'source_not_found' }), 422);
  const done = lab.execute(CommandIds.lockFile);
  await answer('Not locked', 'Close');
  await done;
  expect(messages()).toEqual([]);
});

it('is told of only where it was asked for', async () => {
  const other = { ...lab.server.begin({ verb: 'lock' }) };
  await model.refresh();
  lab.server.operations = [{ ...other, state: 'succeeded', events: 9, result: null }];
  await model.refresh();
  expect(messages()).toEqual([]);
});

it('needs a file', async () => {
  selected = [];
  expect(await lab.execute(CommandIds.lockFile)).toBeNull();
});
