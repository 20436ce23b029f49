import { Dialog, Notification } from '@jupyterlab/apputils';
import { waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { driftPlugin } from '../../../src/plugins/drift';
import { FakeApp } from '../support/app';
import {
  adoptionPreview,
  drifted,
  driftReport,
  foreign,
  problem,
  verdict
} from '../support/records';
import type { FakeServer } from '../support/server';
import { answer, dialog, dialogClosed } from '../support/widgets';

const user = userEvent.setup();

let lab: FakeApp;
let server: FakeServer;
let model: EnvironmentsModel;

beforeEach(async () => {
  lab = await new FakeApp().ready();
  server = lab.server;
  server.environments = [drifted()];
  model = new EnvironmentsModel(new EnvsClient(server.settings), null, 'never');
  await model.refresh();
  await driftPlugin.activate(lab.app, model, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
  Notification.dismiss();
});

const messages = (): string[] => Notification.manager.notifications.map(one => one.message);
const execute = (id: string): Promise<unknown> => lab.execute(id, { name: 'science' });
const sent = (): string[] => server.asked.filter(one => one.startsWith('POST'));

describe('a command about an environment that there is not', () => {
  it.each([CommandIds.adopt, CommandIds.restore, CommandIds.keep, CommandIds.checkFiles])(
    '%s does nothing',
    async id => {
      server.asked.length = 0;
      await lab.execute(id, { name: 'other' });
      expect(server.asked).toEqual([]);
    }
  );
});

describe('adopt, of what another tool made', () => {
  const take = (): Promise<unknown> => lab.execute(CommandIds.adopt, { name: 'old' });

  beforeEach(async () => {
    server.environments = [foreign('old')];
    await model.refresh();
  });

  it('shows what is made of it first, and what no lock can have', async () => {
    const done = take();
    const shown = await dialog('Adopt old?');
    await within(shown).findByText(/python=3.12/);
    within(shown).getByText('39 of 40 packages can be locked.');
    within(shown).getByText('mine 0.1: it has no hash');
    expect(sent()).toEqual([]);
    await answer('Adopt old?', 'Adopt');
    expect(await done).toMatchObject({ verb: 'adopt', name: 'old' });
    expect(server.bodies['POST environments/old/adopt']).toEqual({
      fingerprint: 'of-old',
      write_file: false
    });
  });

  it('says why it cannot be, and begins nothing', async () => {
    server.adoption = adoptionPreview({
      possible: false,
      problem: problem({
        code: 'adoption_impossible',
        params: { name: 'old', reason: 'there is no kernel in it' },
        hint: 'Install one.'
      })
    });
    const done = take();
    const shown = within(await dialog('old cannot be adopted'));
    expect(await shown.findByText(/old.*there is no kernel in it/)).toBeTruthy();
    expect(shown.getByText('Install one.')).toBeTruthy();
    await answer('old cannot be adopted', 'Close');
    await done;
    expect(sent()).toEqual([]);
  });
});

describe('adopt', () => {
  const TITLE = 'Adopt what was changed in science?';
  const ADOPT = 'POST environments/science/adopt';
  const box = async (): Promise<HTMLInputElement> =>
    within(await dialog(TITLE)).findByRole('checkbox');

  it('shows the edit first, and writes the file where it is left so', async () => {
    const done = execute(CommandIds.adopt);
    const diff = await within(await dialog(TITLE)).findByRole('group', {
      name: 'What changes in environment.yml'
    });
    expect(diff.querySelector('ins')?.textContent).toBe('+  - pip:');
    expect((await box()).checked).toBe(true);
    expect((await box()).closest('label')?.textContent).toContain('work/environment.yml');
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Adopt');
    expect(await done).toMatchObject({ verb: 'adopt', name: 'science' });
    expect(server.bodies[ADOPT]).toEqual({ fingerprint: 'the-fingerprint', write_file: true });
  });

  it('leaves the file alone where it is told to', async () => {
    const done = execute(CommandIds.adopt);
    await user.click(await box());
    await waitFor(async () => expect((await box()).checked).toBe(false));
    await answer(TITLE, 'Adopt');
    await done;
    expect(server.bodies[ADOPT]).toEqual({ fingerprint: 'the-fingerprint', write_file: false });
  });

  it('does not offer to write a file that is not as it was', async () => {
    const report = driftReport();
    server.drift = { ...report, adopt: { ...report.adopt, file: null } };
    const done = execute(CommandIds.adopt);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/^Your own file is left as it is/)).toBeTruthy();
    expect(shown.queryByRole('checkbox')).toBeNull();
    await answer(TITLE, 'Adopt');
    await done;
    expect(server.bodies[ADOPT]).toMatchObject({ write_file: false });
  });

  it('tells what no line can ask for', async () => {
    const edited = verdict({ code: 'file_edited', adoptable: false, count: 1, files: ['a.py'] });
    server.drift = driftReport({ verdicts: [verdict(), edited] });
    const done = execute(CommandIds.adopt);
    const list = await within(await dialog(TITLE)).findByRole('list', { name: 'Changes' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(1);
    expect(list.textContent).toMatch(/^Files of tqdm were changed by hand/);
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
  });

  it('is not to be had where nothing can be written', async () => {
    const unread = problem({
      code: 'source_not_found',
      params: { file: 'environment.yml', reason: 'Permission denied' }
    });
    const adopt = { ...driftReport().adopt, possible: false, problem: unread };
    server.drift = driftReport({ adopt });
    const done = execute(CommandIds.adopt);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/environment\.yml.*Permission denied/)).toBeTruthy();
    expect(shown.queryByRole('button', { name: 'Adopt' })).toBeNull();
    await answer(TITLE, 'Close');
    expect(await done).toBeNull();
    expect(sent()).toEqual([]);
  });

  it('is let be where the person turns back', async () => {
    const done = execute(CommandIds.adopt);
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
    expect(sent()).toEqual([]);
  });

  it('says where more was changed meanwhile', async () => {
    server.refuse(ADOPT, problem({ code: 'drift_changed', params: { name: 'science' } }));
    const done = execute(CommandIds.adopt);
    await answer(TITLE, 'Adopt');
    expect((await dialog('Not adopted')).textContent).toContain(
      'has changed again since you looked'
    );
    await answer('Not adopted', 'Close');
    expect(await done).toBeUndefined();
  });

  it.each([
    [{ written: [] }, 1],
    [{ written: ['/home/ada/work/environment.yml'] }, 0]
  ])('warns where the file was not written after all: %j', async (result, warnings) => {
    const done = execute(CommandIds.adopt);
    await answer(TITLE, 'Adopt');
    const { id } = (await done) as { id: string };
    server.goOn(id, { state: 'succeeded', phase: 'ended', result });
    await model.refresh();
    expect(messages()).toHaveLength(warnings);
    expect(messages().every(one => /its file was left as it is/.test(one))).toBe(true);
  });
});

describe('restore', () => {
  const TITLE = 'Restore science from its lock?';

  it('shows what is put back, first packages and then files', async () => {
    const report = driftReport();
    server.wholeDrift = { ...report, restore: { ...report.restore, files: 3 } };
    const done = execute(CommandIds.restore);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByRole('row', { name: 'tqdm 4.70.1 4.66.1' })).toBeTruthy();
    expect(await shown.findByText(/^3 files are as they were made/)).toBeTruthy();
    expect(shown.getByRole('status').textContent).toBe('Every file was looked at.');
    expect(shown.getByText(/generation as it is now is kept/)).toBeTruthy();
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Restore');
    expect(await done).toMatchObject({ verb: 'repair', name: 'science' });
  });

  it('does not wait for the look at every file', async () => {
    // The packages are told, the files are not.
    const refused = problem({ code: 'drift_unknown' });
    server.refuse('GET environments/science/drift?level=content', refused);
    const done = execute(CommandIds.restore);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/^Not every file could be looked at/)).toBeTruthy();
    await answer(TITLE, 'Restore');
    expect(await done).toMatchObject({ verb: 'repair' });
  });

  it('is let be where the person turns back', async () => {
    const done = execute(CommandIds.restore);
    await answer(TITLE, 'Cancel');
    expect(await done).toBeNull();
    expect(sent()).toEqual([]);
  });
});

describe('keep', () => {
  const TITLE = 'Keep science as it is?';

  it('says what that means, then does it', async () => {
    const done = execute(CommandIds.keep);
    const shown = within(await dialog(TITLE));
    expect(await shown.findByText(/an update, a clone or a restore builds without/)).toBeTruthy();
    expect(sent()).toEqual([]);
    await answer(TITLE, 'Keep');
    await done;
    expect(server.bodies['POST environments/science/keep']).toEqual({
      fingerprint: 'the-fingerprint'
    });
    expect(server.asked.at(-1)).toBe('GET operations?limit=50');
  });

  it('is let be where the person turns back', async () => {
    const done = execute(CommandIds.keep);
    await answer(TITLE, 'Cancel');
    await done;
    await dialogClosed();
    expect(sent()).toEqual([]);
  });
});

describe('a check of every file', () => {
  it('says where all is well', async () => {
    server.drift = driftReport({ verdicts: [] });
    await execute(CommandIds.checkFiles);
    expect(server.asked).toContain('GET environments/science/drift?level=content');
    expect(messages()).toEqual(['Every file of science is as its lock says.']);
  });

  it('leaves it to the list where it is not', async () => {
    await execute(CommandIds.checkFiles);
    expect(messages()).toEqual([]);
  });

  it('says where there is no answer', async () => {
    server.isAway = true;
    await execute(CommandIds.checkFiles);
    expect(messages()).toEqual(['Not checked. The server does not answer.']);
  });
});
