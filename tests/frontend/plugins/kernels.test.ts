import { Notification } from '@jupyterlab/apputils';
import type { IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { waitFor } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { kernelsPlugin } from '../../../src/plugins/kernels';
import type { Process } from '../../../src/types';
import { FakeApp } from '../support/app';
import { environment, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { nothingMore } from '../support/time';

let lab: FakeApp;
let server: FakeServer;
let model: EnvironmentsModel;

/** A notebook or a console on a kernel. */
function opened(id: string, name = 'science'): { sessionContext: object; changed: jest.Mock } {
  const changed = jest.fn(() => Promise.resolve(null));
  const session = { kernel: { id, name } };
  return { sessionContext: { session, changeKernel: changed }, changed };
}

const idle = { sessionContext: { session: null, changeKernel: jest.fn() } };
const notebook = opened('k1');
const console = opened('k2');

/** A tracker of notebooks or of consoles. */
function tracker(...widgets: object[]): object {
  return { forEach: (visit: (widget: object) => void) => widgets.forEach(visit) };
}

function process(generation: number, kernel: string | null): Process {
  return { pid: 1, host: 'here', generation, kernel };
}

beforeEach(async () => {
  lab = await new FakeApp().ready();
  server = lab.server;
  server.environments = [environment({ generation: 2 })];
  model = new EnvironmentsModel(new EnvsClient(server.settings), null, 'never');
  await model.refresh();
  const notebooks = tracker(idle, notebook) as INotebookTracker;
  const consoles = tracker(console) as IConsoleTracker;
  await kernelsPlugin.activate(lab.app, model, notebooks, consoles, null);
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Notification.dismiss();
  jest.clearAllMocks();
});

const move = (): Promise<unknown> => lab.execute(CommandIds.moveKernels, { name: 'science' });
const told = (): Notification.INotification[] => Notification.manager.notifications;

describe('what runs on an earlier generation', () => {
  it('is started anew from the current one, the kernelspec read anew first', async () => {
    server.processes = [process(1, 'k1'), process(2, 'k2'), process(1, null)];
    server.asked.length = 0;
    expect(await move()).toBe(1);
    expect(notebook.changed.mock.calls).toEqual([[{ name: 'science' }]]);
    expect(console.changed).not.toHaveBeenCalled();
    expect(server.asked.slice(0, 2)).toEqual([
      'GET /api/kernelspecs',
      'GET environments/science/usage'
    ]);
  });

  it('is started anew in consoles too', async () => {
    server.processes = [process(1, 'k2')];
    await move();
    expect(console.changed.mock.calls).toEqual([[{ name: 'science' }]]);
  });

  it('is started anew where it belongs to another tab', async () => {
    const elsewhere = { id: 's', kernel: { id: 'k3', name: 'science' } };
    const connection = { changeKernel: jest.fn(() => Promise.resolve(null)), dispose: jest.fn() };
    const connectTo = jest.fn(() => connection);
    Object.assign(lab.sessions, { running: () => [elsewhere], connectTo });
    server.processes = [process(1, 'k3')];
    await move();
    expect(connectTo).toHaveBeenCalledWith({ model: elsewhere });
    expect(connection.changeKernel).toHaveBeenCalledWith({ name: 'science' });
    expect(connection.dispose).toHaveBeenCalledTimes(1);
  });

  it('is none of ours where no session has it', async () => {
    server.processes = [process(1, 'gone')];
    expect(await move()).toBe(1);
    expect(notebook.changed).not.toHaveBeenCalled();
  });
});

describe('a new generation', () => {
  async function updated(state: 'succeeded' | 'failed' = 'succeeded'): Promise<void> {
    const { id } = await model.update('science');
    server.environments = [environment({ generation: 3 })];
    server.goOn(id, { state });
    await model.refresh();
  }

  it('is offered to what runs on the one before', async () => {
    server.processes = [process(2, 'k1')];
    await updated();
    await waitFor(() => expect(told()).toHaveLength(1));
    expect(told()[0]?.message).toMatch(/^science is now generation 3\./);
    const [action] = told()[0]?.options.actions ?? [];
    expect(action?.label).toBe('Restart on the new generation');
    expect(notebook.changed).not.toHaveBeenCalled();
    action?.callback(new MouseEvent('click'));
    await waitFor(() => expect(notebook.changed).toHaveBeenCalledTimes(1));
  });

  it('is offered after a rollback too', async () => {
    server.processes = [process(2, 'k1')];
    await model.rollback('science', 1);
    await waitFor(() => expect(told()).toHaveLength(1));
    expect(told()[0]?.message).toMatch(/^science is now generation 1\./);
  });

  it.each(['repair', 'adopt'])('is offered after a %s too', async verb => {
    server.processes = [process(2, 'k1')];
    const { id } = await (verb === 'repair'
      ? model.repair('science')
      : model.adopt('science', null, false));
    server.environments = [environment({ generation: 3 })];
    server.goOn(id, { state: 'succeeded' });
    await model.refresh();
    await waitFor(() => expect(told()).toHaveLength(1));
  });

  it('is offered once, and not any more when what ran has moved', async () => {
    server.processes = [process(2, 'k1')];
    await updated();
    await waitFor(() => expect(told()).toHaveLength(1));
    await model.rollback('science', 1);
    await waitFor(() => expect(told()[0]?.message).toMatch(/generation 1\./));
    expect(told()).toHaveLength(1);
    await move();
    expect(told()).toEqual([]);
  });

  it('is not spoken of where nothing runs', async () => {
    server.processes = [process(3, 'k1'), process(2, null)];
    await updated();
    await waitFor(() => expect(server.count('GET environments/science/usage')).toBe(1));
    await nothingMore();
    expect(told()).toEqual([]);
  });

  it('is not offered where it is not known what runs', async () => {
    server.refuse('GET environments/science/usage', problem());
    await updated();
    await waitFor(() => expect(server.count('GET environments/science/usage')).toBe(1));
    await nothingMore();
    expect(told()).toEqual([]);
  });

  it('is none where the update failed', async () => {
    server.processes = [process(2, 'k1')];
    await updated('failed');
    await nothingMore();
    expect(server.count('GET environments/science/usage')).toBe(0);
    expect(told()).toEqual([]);
  });
});
