import { Dialog, type MainAreaWidget } from '@jupyterlab/apputils';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { screen, waitFor } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { pastPlugin } from '../../../src/plugins/past';
import type { AuditView } from '../../../src/widgets/audit';
import type { HistoryView } from '../../../src/widgets/history';
import { FakeApp } from '../support/app';
import { audit, DIGEST, difference, digestView, pastEvent, started } from '../support/past';
import { environment, generation, problem } from '../support/records';
import { answer, dialog } from '../support/widgets';

let lab: FakeApp;
let model: EnvironmentsModel;
/** The file that is selected in the browser, and the notebook in front. */
let selected: string;
let notebook: string | null;
const restored: { command: string }[] = [];
const items: { command: string }[] = [];

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.commands.add(CommandIds.openPanel);
  lab.server.environments = [
    environment({
      generation: 2,
      generations: [generation(1), generation(2, { current: true })]
    })
  ];
  lab.server.differences['science@1 -> science@2'] = difference();
  lab.server.ledger = [pastEvent(), started({ time: '2026-11-18T15:00:30+01:00' })];
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  await model.refresh();
  lab.server.asked.length = 0;
  selected = '';
  notebook = null;
  const browsers = {
    tracker: {
      currentWidget: { selectedItems: () => (selected === '' ? [] : [{ path: selected }]) }
    }
  } as unknown as IFileBrowserFactory;
  const notebooks = {
    get currentWidget() {
      return notebook === null ? null : { context: { path: notebook } };
    }
  } as unknown as INotebookTracker;
  const palette = { addItem: (item: never) => void items.push(item) };
  const restorer = {
    restore: (_: unknown, options: never) => {
      restored.push(options);
      return Promise.resolve();
    }
  };
  await pastPlugin.activate(lab.app, model, browsers, notebooks, palette, restorer, null);
});

afterEach(async () => {
  items.length = 0;
  restored.length = 0;
  model.dispose();
  await lab.dispose();
  Dialog.flush();
});

type Area<T extends AuditView | HistoryView> = MainAreaWidget<T>;

const openAudit = async (args: object = {}): Promise<AuditView> =>
  ((await lab.execute(CommandIds.audit, args)) as Area<AuditView>).content;
const openHistory = async (name = 'science'): Promise<HistoryView> =>
  ((await lab.execute(CommandIds.history, { name })) as Area<HistoryView>).content;
const asked = (word: string): string[] => lab.server.asked.filter(one => one.includes(word));

describe('the places', () => {
  it('are the palette, the menu of files, and the layout that is restored', () => {
    expect(items.map(one => one.command)).toEqual([CommandIds.audit]);
    expect(lab.contextMenu.map(one => one.command)).toEqual([CommandIds.auditNotebook]);
    expect(restored.map(one => one.command)).toEqual([CommandIds.audit, CommandIds.history]);
  });
});

describe('what ran when', () => {
  it('opens with what ran now', async () => {
    await openAudit();
    expect(asked('audit')).toEqual(['GET ledger/audit']);
    expect(await screen.findByRole('table', { name: 'Notebooks and kernels' })).toBeTruthy();
  });

  it('is one page, which keeps what was asked', async () => {
    const first = await openAudit({ notebook: 'a.ipynb' });
    expect(await openAudit()).toBe(first);
    expect(asked('audit')).toEqual(['GET ledger/audit?notebook=a.ipynb']);
    expect(lab.shell.activated).toHaveLength(2);
  });

  it('is asked anew once it was closed', async () => {
    const first = await openAudit();
    first.parent?.dispose();
    expect(await openAudit()).not.toBe(first);
  });

  it.each([
    ['work/model.ipynb', 'other.ipynb', 'work/model.ipynb'],
    ['notes.txt', 'other.ipynb', 'other.ipynb']
  ])('offers the notebook that is selected, or in front: %s, %s', async (file, front, wanted) => {
    selected = file;
    notebook = front;
    lab.server.audit = audit({ kernels: [] });
    await openAudit();
    expect(await screen.findByRole('button', { name: wanted })).toBeTruthy();
  });

  it('is asked of a notebook in the file browser', async () => {
    const { registry } = lab.commands;
    expect(registry.isVisible(CommandIds.auditNotebook)).toBe(false);
    selected = 'work/model.ipynb';
    expect(registry.isVisible(CommandIds.auditNotebook)).toBe(true);
    await lab.execute(CommandIds.auditNotebook);
    expect(asked('audit')).toEqual(['GET ledger/audit?notebook=work%2Fmodel.ipynb']);
  });

  it('says where the server does not answer', async () => {
    lab.server.isAway = true;
    await openAudit();
    expect((await screen.findByRole('alert')).textContent).toBe('The server does not answer.');
  });

  it('checks the record', async () => {
    await openAudit();
    await userEvent.click(await screen.findByRole('button', { name: 'Check the record' }));
    expect(await screen.findByText(/^It holds/)).toBeTruthy();
  });

  it('leads to the history of an environment', async () => {
    lab.server.audit = audit({ current: [] });
    await openAudit();
    await userEvent.click(await screen.findByRole('button', { name: 'science' }));
    expect(await screen.findByRole('heading', { name: 'History of science' })).toBeTruthy();
  });
});

describe('the history', () => {
  it('is one page for each environment', async () => {
    const first = await openHistory();
    expect(await openHistory()).toBe(first);
    expect(await openHistory('gone')).not.toBe(first);
    expect(first.title.label).toBe('History of science');
    expect(await screen.findByText('Made: generation 1')).toBeTruthy();
  });

  it('is kept up to date', async () => {
    await openHistory();
    await screen.findByText('Made: generation 1');
    await model.refresh();
    expect(asked('ledger')).toHaveLength(1);
    lab.server.environments = [environment({ generation: 3, generations: [generation(3)] })];
    lab.server.ledger.push(pastEvent({ action: 'environment_updated', generation: 3 }));
    await model.refresh();
    expect(await screen.findByText('Updated: generation 3')).toBeTruthy();
  });

  it('leads to what ran, up to the end of that minute', async () => {
    await openHistory();
    await userEvent.click(await screen.findByRole('button', { name: 'What ran then' }));
    await waitFor(() =>
      expect(asked('audit')).toEqual([
        `GET ledger/audit?at=${encodeURIComponent('2026-11-18T15:01:00+01:00')}`
      ])
    );
  });

  it('is not asked for any more once it is closed', async () => {
    const view = await openHistory();
    await screen.findByText('Made: generation 1');
    view.parent?.dispose();
    lab.server.environments = [];
    await model.refresh();
    expect(asked('ledger')).toHaveLength(1);
  });
});

describe('a lock of the past', () => {
  it('is downloaded', async () => {
    const saved: string[] = [];
    const made = jest.fn(() => 'blob:lock');
    Object.assign(URL, { createObjectURL: made, revokeObjectURL: jest.fn() });
    const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement
    ) {
      saved.push(this.download);
    });
    await lab.execute(CommandIds.downloadLock, { digest: DIGEST });
    expect(asked('locks')).toEqual([`GET locks/${DIGEST}`]);
    expect(saved).toEqual(['lock.yml']);
    click.mockRestore();
  });

  it('is made into an environment again, under a free name', async () => {
    lab.server.locks = [digestView()];
    const done = lab.execute(CommandIds.recreate, { digest: DIGEST, name: 'science' });
    const title = `Recreate from lock ${DIGEST.slice(0, 12)}`;
    const field = (await dialog(title)).querySelector('input');
    expect(field?.value).toBe('science-2');
    await answer(title, 'Create');
    expect(await done).toMatchObject({ verb: 'create' });
    expect(lab.server.bodies['POST environments']).toEqual({
      source: { kind: 'kept', digest: DIGEST },
      name: 'science-2'
    });
    expect(lab.commands.executed.map(one => one.id)).toContain(CommandIds.openPanel);
  });

  it('is asked another name where that one will not do', async () => {
    lab.server.refuse('POST environments', problem({ code: 'name_taken', params: { name: 'x' } }));
    const done = lab.execute(CommandIds.recreate, { digest: DIGEST });
    const title = `Recreate from lock ${DIGEST.slice(0, 12)}`;
    await answer(title, 'Create');
    await answer('Not created', 'Close');
    await answer(title, 'Create');
    expect(await done).toMatchObject({ verb: 'create' });
  });

  it('is not made into one where that is refused, or not wanted', async () => {
    lab.server.refuse('POST environments', problem());
    const done = lab.execute(CommandIds.recreate, { digest: DIGEST });
    const title = `Recreate from lock ${DIGEST.slice(0, 12)}`;
    await answer(title, 'Create');
    await answer('Not created', 'Close');
    expect(await done).toBeNull();
    const other = lab.execute(CommandIds.recreate, { digest: DIGEST });
    await answer(title, 'Cancel');
    expect(await other).toBeNull();
    expect(lab.server.count('POST environments')).toBe(1);
  });
});
