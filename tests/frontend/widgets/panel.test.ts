import { type Event, KernelManager } from '@jupyterlab/services';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { screen, waitFor, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { EnvironmentsPanel } from '../../../src/widgets/panel';
import {
  archived,
  changeOf,
  condaPackage,
  drift,
  drifted,
  environment,
  environmentStorage,
  event,
  foreign,
  generation,
  info,
  problem,
  sourceState,
  storage,
  tracked
} from '../support/records';
import { holders, kernelUse, withGpus } from '../support/gpus';
import { FakeServer } from '../support/server';
import { nothingMore } from '../support/time';
import { english } from '../support/translation';
import { Commands, onPage } from '../support/widgets';

const user = userEvent.setup();

let server: FakeServer;
let bus: Signal<Event.IManager, Event.Emission>;
let kernels: KernelManager;
let model: EnvironmentsModel;
let commands: Commands;
let panel: EnvironmentsPanel;

const science = environment({ name: 'My Science', slug: 'My-Science', generation: 2 });

beforeEach(async () => {
  server = new FakeServer();
  server.environments = [science];
  bus = new Signal<Event.IManager, Event.Emission>({} as Event.IManager);
  kernels = new KernelManager({ serverSettings: server.settings, standby: 'never' });
  await kernels.ready;
  model = new EnvironmentsModel(server.client, bus, 'never');
  commands = new Commands();
  panel = new EnvironmentsPanel(model, kernels, commands.registry, english);
  onPage(panel);
});

afterEach(() => {
  panel.dispose();
  model.dispose();
  kernels.dispose();
});

/** Wait until the first environment is shown. */
async function shown(): Promise<void> {
  await model.refresh();
  const region = await screen.findByRole('region', { name: 'Environments' });
  await within(region).findByRole('button', { name: /My Science/ });
}

async function open(): Promise<void> {
  await shown();
  await user.click(screen.getByRole('button', { name: /My Science/ }));
  await screen.findByText('Path');
}

/** Let what was asked be answered, and shown. */
async function settled(): Promise<void> {
  await model.refresh();
  MessageLoop.flush();
}

const USAGE = 'GET environments/My-Science/usage';

describe('the panel', () => {
  it('shows what the model knows, as it comes', async () => {
    expect(await screen.findByText('Loading…')).toBeTruthy();
    await shown();
    expect(screen.queryByText('Loading…')).toBeNull();
    server.environments = [science, environment({ name: 'other' })];
    bus.emit({
      schema_id: 'urn:jupyter_envs:events:changes:v1',
      environments: true,
      operations: []
    });
    expect(await screen.findByRole('button', { name: 'other' })).toBeTruthy();
  });

  it('shows what goes on', async () => {
    await shown();
    const begun = await model.update(science.slug);
    expect(await screen.findByText(/Updating: Waiting/)).toBeTruthy();
    const next = { state: 'running', phase: 'download', done: 1, total: 4 } as const;
    bus.emit({
      schema_id: 'urn:jupyter_envs:events:changes:v1',
      environments: false,
      operations: [changeOf(server.goOn(begun.id, next))]
    });
    const bar = await screen.findByRole('progressbar', { name: 'Downloading' });
    expect(bar.getAttribute('aria-valuenow')).toBe('25');
  });

  it('shows why there may be nothing', async () => {
    server.info = info({ writable: false, problem: problem({ code: 'store_read_only' }) });
    await shown();
    expect((await screen.findByRole('alert')).textContent).toMatch(/cannot be written/);
    server.isAway = true;
    await model.refresh();
    expect((await screen.findByRole('status')).textContent).toMatch(/does not answer/);
  });

  it('counts the kernels that run', async () => {
    server.kernels = [
      { id: '1', name: 'My-Science' },
      { id: '2', name: 'My-Science' },
      { id: '3', name: 'python3' }
    ];
    await shown();
    await kernels.refreshRunning();
    expect(await screen.findByRole('button', { name: 'My Science 2 kernels' })).toBeTruthy();
  });

  it('looks when it comes to sight', async () => {
    await shown();
    panel.hide();
    const before = server.count('GET environments');
    panel.show();
    await waitFor(() => expect(server.count('GET environments')).toBe(before + 1));
  });
});

describe('the GPUs in the panel', () => {
  const looks = (): number => server.count('GET hardware');

  it('are asked about while it is in sight, and not when it is hidden', async () => {
    await waitFor(() => expect(looks()).toBe(1));
    panel.hide();
    await nothingMore();
    panel.show();
    await waitFor(() => expect(looks()).toBe(2));
    expect(server.count('GET hardware/kernels')).toBe(0);
  });

  it('unfold, and end what holds their memory', async () => {
    server.hardware = withGpus();
    server.holders = holders({ kernels: [kernelUse()] });
    await model.gpus.refresh();
    await user.click(await screen.findByRole('button', { name: /^GPU 0/ }));
    await user.click(await screen.findByRole('button', { name: 'Shut down…' }));
    expect(commands.executed).toEqual([{ id: CommandIds.shutDownKernel, args: { kernel: 'k1' } }]);
    await user.click(screen.getByRole('button', { name: /^GPU 0/ }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Shut down…' })).toBeNull());
  });

  it('tell of the machine to whoever unfolds it', async () => {
    await user.click(await screen.findByRole('button', { name: /^2 CPUs/ }));
    expect(await screen.findByText(/^No GPU here/)).toBeTruthy();
  });
});

describe('a button of the panel', () => {
  const about = { name: 'My-Science' };

  it.each([
    ['New environment', CommandIds.newEnvironment, {}],
    ['New environment from a stack', CommandIds.stacks, {}],
    ['Doctor', CommandIds.doctor, {}],
    ['Refresh', CommandIds.refresh, {}],
    ['Notebook', CommandIds.openNotebook, about],
    ['Console', CommandIds.openConsole, about],
    ['Terminal here', CommandIds.openTerminal, about],
    ['work/environment.yml', CommandIds.openSource, about],
    ['Update from file', CommandIds.update, about],
    ['Clone…', CommandIds.clone, about],
    ['Archive…', CommandIds.archive, about],
    ['Remove…', CommandIds.remove, about],
    ['Roll back', CommandIds.rollback, { ...about, generation: 1 }],
    ['Restart on generation 2', CommandIds.moveKernels, about]
  ])('"%s" executes %s', async (name, id, args) => {
    const generations = [generation(1), generation(2, { current: true })];
    server.environments = [{ ...science, generations }];
    server.processes = [{ pid: 1, host: 'here', generation: 1, kernel: 'k' }];
    await open();
    await user.click(await screen.findByRole('button', { name }));
    expect(commands.executed).toEqual([{ id, args }]);
  });

  it.each([
    ['Probe', CommandIds.probe],
    ['Doctor', CommandIds.doctor]
  ])('"%s" of what computes executes %s', async (name, id) => {
    server.packages = [condaPackage('pytorch')];
    await open();
    await screen.findByText('Nothing of it was tried yet.');
    await user.click(screen.getAllByRole('button', { name }).at(-1) as HTMLElement);
    expect(commands.executed).toEqual([{ id, args: about }]);
  });

  it('downloads in the format that is chosen', async () => {
    await open();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Format' }), 'lock');
    expect(commands.executed).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Download' }));
    expect(commands.executed).toEqual([
      { id: CommandIds.download, args: { ...about, format: 'lock' } }
    ]);
  });

  it.each([
    ['Adopt…', CommandIds.adopt],
    ['Restore…', CommandIds.restore],
    ['Keep as is…', CommandIds.keep],
    ['Check every file', CommandIds.checkFiles]
  ])('"%s", where it was changed, executes %s', async (name, id) => {
    server.environments = [{ ...science, drift: drifted().drift }];
    await open();
    await user.click(await screen.findByRole('button', { name }));
    expect(commands.executed).toEqual([{ id, args: about }]);
  });

  it.each([
    ['Clean up…', CommandIds.clean],
    ['Measure now', CommandIds.measure]
  ])('"%s", below the list, executes %s', async (name, id) => {
    await shown();
    await user.click(screen.getByText('Disk space'));
    await user.click(await screen.findByRole('button', { name }));
    expect(commands.executed).toEqual([{ id, args: {} }]);
  });

  it('recreates what is archived', async () => {
    server.environments = [archived({ name: 'My Science', slug: 'My-Science' })];
    await shown();
    await user.click(screen.getByRole('button', { name: 'My Science archived' }));
    await user.click(await screen.findByRole('button', { name: 'Recreate' }));
    expect(commands.executed).toEqual([{ id: CommandIds.recreateArchived, args: about }]);
    // What it has no processes of is not asked for.
    expect(server.count(USAGE)).toBe(0);
  });

  it('compares the file where it differs', async () => {
    const diff = { text: '@@\n+  - numpy', truncated: false };
    server.source = sourceState({ files: [tracked({ state: 'changed', diff })] });
    await open();
    await user.click(await screen.findByRole('button', { name: 'Show what differs' }));
    expect(commands.executed).toEqual([{ id: CommandIds.compareSource, args: about }]);
  });

  it('cancels and resumes the operation that it stands at', async () => {
    const running = server.begin({ name: 'other', state: 'running' });
    const broken = server.begin({ name: 'another', state: 'interrupted', resumable: true });
    await shown();
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(commands.executed).toEqual([
      { id: CommandIds.cancel, args: { operation: running.id } },
      { id: CommandIds.resume, args: { operation: broken.id } }
    ]);
  });

  it('takes a failure off', async () => {
    server.begin({ name: 'other', state: 'failed', error: problem() });
    await shown();
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('fetches the log, and more of it with each event', async () => {
    const { id } = server.begin({ name: 'other', state: 'running' });
    server.events = { [id]: [event(0, { code: 'started' })] };
    await shown();
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    expect(await screen.findByText(/Started/)).toBeTruthy();
    server.events[id]?.push(event(1, { code: 'no_kernel' }));
    server.goOn(id, {});
    await model.refresh();
    expect(await screen.findByText(/No package of this environment/)).toBeTruthy();
  });
});

describe('what an open row shows', () => {
  it('is fetched when it is opened', async () => {
    server.packages = [condaPackage('numpy')];
    server.environments = [{ ...science, generations: [generation(1), generation(2)] }];
    await shown();
    expect(server.count(USAGE)).toBe(0);
    await open();
    const list = await screen.findByRole('list', { name: 'Generations' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(2);
    await user.click(screen.getByText('Packages', { selector: 'summary' }));
    expect(screen.getByRole('row', { name: /^numpy/ })).toBeTruthy();
  });

  it('is fetched once for each state', async () => {
    await open();
    await settled();
    await settled();
    expect(server.count(USAGE)).toBe(1);
    server.environments = [{ ...science, generation: 3 }];
    await settled();
    await settled();
    expect(server.count(USAGE)).toBe(2);
    server.kernels = [{ id: '1', name: 'My-Science' }];
    await kernels.refreshRunning();
    await settled();
    expect(server.count(USAGE)).toBe(3);
  });

  it('is not fetched for what is closed, nor for what another tool made', async () => {
    server.environments = [science, foreign('old')];
    await open();
    await user.click(screen.getByRole('button', { name: 'old' }));
    await screen.findByText(/Another tool made it/);
    await user.click(screen.getByRole('button', { name: /My Science/ }));
    server.environments = [{ ...science, generation: 3 }, foreign('old')];
    await settled();
    expect(server.count(USAGE)).toBe(1);
    expect(server.asked.filter(one => one.startsWith('GET environments/old'))).toEqual([]);
  });

  it('is fetched again where the server did not answer', async () => {
    server.refuse('GET environments/My-Science/packages', problem());
    await open();
    await settled();
    await model.refresh();
    expect(await screen.findByRole('list', { name: 'Generations' })).toBeTruthy();
    expect(server.count('GET environments/My-Science/packages')).toBe(2);
  });

  it('is of the newest state, whichever answer comes last', async () => {
    await shown();
    const slow = server.hold();
    await user.click(screen.getByRole('button', { name: /My Science/ }));
    server.release();
    const generations = [1, 2, 3].map(number => generation(number));
    server.environments = [{ ...science, generation: 3, generations }];
    await model.refresh();
    const list = await screen.findByRole('list', { name: 'Generations' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(3);
    slow();
    await nothingMore();
    await settled();
    expect(within(list).getAllByRole('listitem')).toHaveLength(3);
    expect(server.count(USAGE)).toBe(2);
  });

  it('is what was changed, where something was, as it changes', async () => {
    const asked = 'GET environments/My-Science/drift?level=identity';
    await open();
    expect(server.count(asked)).toBe(0);
    server.environments = [{ ...science, drift: drifted().drift }];
    await settled();
    expect(await screen.findByText(/^pip replaced the conda package tqdm/)).toBeTruthy();
    server.environments = [{ ...science, drift: drift({ state: 'kept', count: 1 }) }];
    await settled();
    expect(await screen.findByRole('button', { name: 'Kept with 1 change' })).toBeTruthy();
    expect(server.count(asked)).toBe(2);
  });

  it('is what Git has of its file, asked for anew whenever it is opened', async () => {
    await open();
    expect(await screen.findByText('committed (3f2a1b)')).toBeTruthy();
    server.source = sourceState({ files: [tracked({ state: 'changed' })] });
    const title = screen.getByRole('button', { name: /My Science/ });
    await user.click(title);
    await user.click(title);
    expect(await screen.findByText('changed since HEAD (3f2a1b)')).toBeTruthy();
    await settled();
    expect(server.count('GET environments/My-Science/source')).toBe(2);
  });

  it('is what its removal frees, measured where it is newer than the last look', async () => {
    server.storage = storage({
      by_environment: [environmentStorage({ slug: 'My-Science', unique: 7_000_000 })]
    });
    await open();
    expect(await screen.findByText('Removing it frees 7 MB')).toBeTruthy();
    await settled();
    expect(server.asked.filter(one => one.startsWith('GET storage'))).toEqual([
      'GET storage?known=true',
      'GET storage?known=false'
    ]);
  });

  it('counts only kernels of earlier generations', async () => {
    server.processes = [
      { pid: 1, host: 'here', generation: 1, kernel: 'k1' },
      { pid: 2, host: 'here', generation: 1, kernel: null },
      { pid: 3, host: 'here', generation: 2, kernel: 'k2' }
    ];
    await open();
    expect(await screen.findByText('1 kernel still runs from an earlier generation.')).toBeTruthy();
  });
});

describe('cleaning up', () => {
  it('is shown below the list while it goes on, and when it went wrong', async () => {
    await shown();
    const begun = await model.clean({ generations: false, packages: true });
    server.goOn(begun.id, { state: 'running', phase: 'clean' });
    await model.refresh();
    expect(await screen.findByText('Cleaning up: Removing')).toBeTruthy();
    const refused = problem({ code: 'operations_running', params: {} });
    server.goOn(begun.id, { state: 'failed', phase: 'ended', error: refused });
    await model.refresh();
    expect((await screen.findByRole('alert')).textContent).toContain('Not cleaned up');
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
});

describe('a panel that is closed', () => {
  it('hears of nothing more', async () => {
    await open();
    await settled();
    const update = jest.spyOn(panel, 'update');
    panel.dispose();
    server.environments = [{ ...science, generation: 3 }];
    server.kernels = [{ id: '1', name: 'My-Science' }];
    await settled();
    await kernels.refreshRunning();
    expect(server.count(USAGE)).toBe(1);
    expect(update).not.toHaveBeenCalled();
  });
});
