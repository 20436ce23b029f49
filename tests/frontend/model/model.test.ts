import type { Event as Events } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { EnvsError, Unreachable } from '../../../src/client';
import { EnvironmentsModel } from '../../../src/model';
import type { Operation, OperationChange } from '../../../src/types';
import { changeOf, environment, event, info, problem } from '../support/records';
import { FakeServer } from '../support/server';
import { pass, settle } from '../support/time';

let server: FakeServer;
let bus: Signal<Events.IManager, Events.Emission>;
let model: EnvironmentsModel;
let ended: Operation[];

beforeEach(() => {
  jest.useFakeTimers();
  server = new FakeServer();
  bus = new Signal<Events.IManager, Events.Emission>({} as Events.IManager);
  model = new EnvironmentsModel(server.client, bus, 'never');
  ended = [];
  model.ended.connect((_, operation) => void ended.push(operation));
});

afterEach(() => {
  model.dispose();
  jest.useRealTimers();
});

/** Begin, and wait for the first answers. */
async function started(): Promise<void> {
  model.start();
  await settle();
}

/** Look at everything once. */
async function refreshed(): Promise<void> {
  const looked = model.refresh();
  await settle();
  await looked;
}

/** An event of the bus. */
function tell(operations: OperationChange[], environments = false): void {
  bus.emit({
    schema_id: 'urn:jupyter_envs:events:changes:v1',
    environments,
    operations: operations as never[]
  });
}

/** How many looks were begun since the call before. */
function looks(): number {
  const count = server.count('GET environments');
  server.asked.length = 0;
  return count;
}

const slugs = (): string[] => model.environments.map(one => one.slug);

describe('the first look', () => {
  it('is not made before it is asked for', async () => {
    await pass(60_000);
    expect(server.asked).toEqual([]);
    expect(model.ready).toBe(false);
  });

  it('brings everything there is to show', async () => {
    server.environments = [environment()];
    const { id } = server.begin({ name: 'other', state: 'running' });
    const changed = jest.fn();
    model.changed.connect(changed);
    await started();
    expect(model).toMatchObject({ ready: true, away: null, problem: null, info: info() });
    expect(model.rows().map(row => row.key)).toEqual(['other', 'science']);
    expect(model.operations().map(one => one.id)).toEqual([id]);
    expect(changed).toHaveBeenCalled();
  });

  it('tells of no end that was before it', async () => {
    server.begin({ state: 'succeeded' });
    await started();
    await pass(31_000);
    expect(ended).toEqual([]);
  });
});

describe('the event bus', () => {
  it('brings progress without a question', async () => {
    const begun = server.begin({ state: 'running' });
    await started();
    server.asked.length = 0;
    tell([{ ...changeOf(begun), events: 3, phase: 'download', done: 1, total: 4 }]);
    expect(model.rows()[0]?.operation).toMatchObject({ phase: 'download', done: 1, total: 4 });
    expect(server.asked).toEqual([]);
  });

  it('brings an operation that began elsewhere', async () => {
    await started();
    tell([changeOf(server.begin({ name: 'other', state: 'running' }))]);
    expect(model.rows().map(row => row.name)).toEqual(['other']);
  });

  it('does not put back what is known to be further', async () => {
    const begun = server.begin({ state: 'running', events: 9, phase: 'install' });
    await started();
    tell([{ ...changeOf(begun), events: 8, phase: 'download' }]);
    expect(model.operations()[0]?.phase).toBe('install');
  });

  it('makes it look where environments came or went', async () => {
    await started();
    server.environments = [environment()];
    tell([], true);
    await settle();
    expect(slugs()).toEqual(['science']);
  });

  it('makes it look for how an operation ended', async () => {
    const { id } = server.begin({ state: 'running' });
    await started();
    const error = problem();
    tell([changeOf(server.goOn(id, { state: 'failed', phase: 'ended', error }))]);
    await settle();
    expect(model.rows()[0]?.failed?.error).toEqual(error);
  });

  it('is heard only of its own schema', async () => {
    await started();
    server.asked.length = 0;
    const changed = jest.fn();
    model.changed.connect(changed);
    bus.emit({ schema_id: 'https://events.jupyter.org/x', environments: true, operations: [] });
    await settle();
    expect(changed).not.toHaveBeenCalled();
    expect(server.asked).toEqual([]);
  });

  it('is not needed', async () => {
    model.dispose();
    model = new EnvironmentsModel(server.client, null, 'never');
    server.environments = [environment()];
    await started();
    expect(slugs()).toEqual(['science']);
  });
});

describe('news that come while a look is under way', () => {
  beforeEach(started);

  it('are looked for once more', async () => {
    const answer = server.hold();
    tell([], true);
    await settle();
    server.environments = [environment()];
    tell([], true);
    await settle();
    answer();
    await settle();
    expect(slugs()).toEqual(['science']);
  });

  it('are not lost to an older answer that comes later', async () => {
    const slow = server.hold();
    const first = model.refresh();
    await settle();
    slow();
    server.environments = [environment()];
    const second = model.refresh();
    await settle();
    await Promise.all([first, second]);
    expect(slugs()).toEqual(['science']);
  });

  it('stay where the older answer is the last to come', async () => {
    const slow = server.hold();
    const first = model.refresh();
    await settle();
    server.environments = [environment()];
    server.release();
    await refreshed();
    expect(slugs()).toEqual(['science']);
    slow();
    await first;
    expect(slugs()).toEqual(['science']);
  });

  it('are what refresh waits for', async () => {
    const answer = server.hold();
    tell([], true);
    await settle();
    server.environments = [environment()];
    const refreshing = model.refresh();
    answer();
    await settle();
    await refreshing;
    expect(slugs()).toEqual(['science']);
  });
});

describe('the end of an operation', () => {
  it.each([
    ['by the bus', true, 100],
    ['by asking alone', false, 1_500],
    ['by both', true, 31_000]
  ])('is told once, %s', async (_, withBus, wait) => {
    await started();
    const begun = await model.create({ kind: 'file', path: 'environment.yml' });
    const done = server.goOn(begun.id, { state: 'succeeded', phase: 'ended', result: { a: 1 } });
    if (withBus) {
      tell([changeOf(done)]);
      tell([changeOf(done)]);
    }
    await pass(wait);
    expect(ended).toMatchObject([{ id: begun.id, state: 'succeeded', result: { a: 1 } }]);
  });

  it('is told once where the bus is late', async () => {
    await started();
    const begun = await model.update('science');
    const before = changeOf(server.goOn(begun.id, { state: 'running' }));
    server.goOn(begun.id, { state: 'succeeded' });
    await refreshed();
    tell([before]);
    await pass(31_000);
    expect(ended).toHaveLength(1);
  });

  it('is told again after a resume', async () => {
    server.begin({ state: 'interrupted', resumable: true });
    await started();
    const { id } = await model.resume(server.operations[0]?.id ?? '');
    server.goOn(id, { state: 'failed' });
    await pass(1_500);
    expect(ended).toMatchObject([{ id, state: 'failed' }]);
  });

  it('is told of a rollback, which is over when it is answered', async () => {
    server.environments = [environment({ generation: 2 })];
    await started();
    void model.rollback('science', 1);
    await pass(31_000);
    expect(ended).toMatchObject([{ id: server.operations[0]?.id, verb: 'rollback', state: 'succeeded' }]);
  });

  it('is told when the list of environments is of after it', async () => {
    await started();
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    const seen: string[][] = [];
    model.ended.connect(() => void seen.push(slugs()));
    server.environments = [environment()];
    server.goOn(id, { state: 'succeeded' });
    await pass(1_500);
    expect(seen).toEqual([['science']]);
  });
});

describe('the pace', () => {
  beforeEach(started);

  it('is slow while nothing goes on', async () => {
    looks();
    await pass(59_000);
    expect(looks()).toBe(1);
  });

  it('is fast while something goes on and the bus says nothing', async () => {
    await pass(5_000);
    await model.create({ kind: 'file', path: 'environment.yml' });
    looks();
    await pass(5_000);
    expect(looks()).toBeGreaterThanOrEqual(4);
  });

  it('needs few looks while the bus tells what goes on', async () => {
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    looks();
    for (let tick = 0; tick < 20; tick++) {
      tell([changeOf(server.goOn(id, { state: 'running' }))]);
      await pass(250);
    }
    expect(looks()).toBeLessThanOrEqual(3);
  });

  it('becomes fast where the bus falls silent', async () => {
    tell([changeOf(server.begin({ state: 'running' }))]);
    await pass(3_000);
    looks();
    await pass(5_000);
    expect(looks()).toBeGreaterThanOrEqual(4);
  });

  it('becomes slow again when all is over', async () => {
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    server.goOn(id, { state: 'succeeded' });
    await pass(3_000);
    looks();
    await pass(20_000);
    expect(looks()).toBe(0);
  });
});

describe('a page that is hidden', () => {
  it('does not ask again and again', async () => {
    model.dispose();
    model = new EnvironmentsModel(server.client, bus);
    await started();
    const visibility = jest.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(70_000);
    looks();
    await pass(70_000);
    expect(looks()).toBe(0);
    visibility.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(31_000);
    expect(looks()).toBe(1);
  });
});

describe('a server that does not answer', () => {
  beforeEach(async () => {
    server.environments = [environment()];
    await started();
    server.isAway = true;
    await refreshed();
  });

  it('leaves what was known, and says that it may be old', () => {
    expect(model).toMatchObject({ ready: true, problem: null });
    expect(model.away).toContain('Failed to fetch');
    expect(slugs()).toEqual(['science']);
  });

  it('is asked again soon, and its truth is shown when it is back', async () => {
    await pass(10_000);
    expect(model.away).not.toBeNull();
    server.isAway = false;
    server.environments = [environment({ name: 'other' })];
    server.info = info({ root_dir: '/srv' });
    await pass(3_500);
    expect(model.away).toBeNull();
    expect(slugs()).toEqual(['other']);
    expect(model.info?.root_dir).toBe('/srv');
    looks();
    await pass(20_000);
    expect(looks()).toBe(0);
  });

  it('tells what ended meanwhile', async () => {
    server.isAway = false;
    const { id } = await model.update('science');
    server.isAway = true;
    await pass(5_000);
    server.goOn(id, { state: 'succeeded' });
    server.isAway = false;
    await pass(3_500);
    expect(ended).toMatchObject([{ id }]);
  });

  it('rejects verbs with Unreachable', async () => {
    await expect(model.update('science')).rejects.toBeInstanceOf(Unreachable);
    await expect(model.cancel('018f')).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('a server that is away from the start', () => {
  it('is waited for', async () => {
    server.isAway = true;
    await started();
    expect(model.ready).toBe(false);
    expect(model.away).not.toBeNull();
    server.isAway = false;
    await pass(3_500);
    expect(model).toMatchObject({ ready: true, away: null });
  });
});

describe('a list that the server refuses', () => {
  it('is a problem, until it is solved', async () => {
    const said = problem({ code: 'configuration_invalid' });
    server.refuse('GET environments', said, 422);
    await started();
    expect(model).toMatchObject({ ready: true, away: null, problem: said });
    await refreshed();
    expect(model.problem).toBeNull();
  });
});

describe('what the server says of itself', () => {
  it('is asked for once', async () => {
    await started();
    await pass(61_000);
    expect(server.count('GET ')).toBe(1);
  });

  it('is asked for again while there is a problem', async () => {
    server.info = info({ writable: false, problem: problem({ code: 'store_read_only' }) });
    await started();
    expect(model.info?.writable).toBe(false);
    server.info = info();
    await pass(31_000);
    expect(model.info?.writable).toBe(true);
  });
});

describe('a verb', () => {
  beforeEach(async () => {
    server.environments = [environment({ generation: 2 })];
    await started();
  });

  it.each<[string, () => Promise<Operation>, string, unknown]>([
    [
      'create',
      () => model.create({ kind: 'file', path: 'environment.yml' }, 'other'),
      'POST environments',
      { source: { kind: 'file', path: 'environment.yml' }, name: 'other' }
    ],
    ['update', () => model.update('science'), 'PUT environments/science', { source: null }],
    [
      'clone',
      () => model.clone('science', 'copy'),
      'POST environments/science/clone',
      { name: 'copy' }
    ]
  ])('%s shows what it began at once', async (_, begin, request, body) => {
    const changed = jest.fn();
    model.changed.connect(changed);
    const begun = await begin();
    expect(server.bodies[request]).toEqual(body);
    expect(model.operations()[0]).toEqual(begun);
    expect(model.rows().some(row => row.operation?.id === begun.id)).toBe(true);
    expect(changed).toHaveBeenCalled();
  });

  it('remove shows what it began at once', async () => {
    await model.remove('science', true);
    expect(server.asked).toContain('DELETE environments/science?force=true');
    expect(model.rows()[0]?.operation?.verb).toBe('remove');
  });

  it('cancel shows what came of it', async () => {
    const { id } = await model.update('science');
    const cancelled = model.cancel(id);
    await settle();
    await cancelled;
    expect(model.operations()[0]?.state).toBe('cancelled');
    expect(model.rows()[0]).toMatchObject({ operation: null, failed: null });
  });

  it('resume shows that it goes on', async () => {
    const { id } = server.begin({ state: 'interrupted', resumable: true });
    await refreshed();
    expect(model.rows()[0]?.failed?.id).toBe(id);
    await model.resume(id);
    expect(model.rows()[0]).toMatchObject({ operation: { id, state: 'queued' }, failed: null });
  });

  it('rollback shows the generation that is now current', async () => {
    const rolledBack = model.rollback('science', 1);
    await settle();
    await rolledBack;
    expect(server.bodies['POST environments/science/rollback']).toEqual({ generation: 1 });
    expect(model.environments[0]?.generation).toBe(1);
  });

  it('rejects with what the server says', async () => {
    server.refuse('PUT environments/science', problem({ code: 'environment_busy' }));
    const reason: unknown = await model.update('science').catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(EnvsError);
    expect(reason).toMatchObject({ problem: { code: 'environment_busy' }, status: 409 });
    expect(model.operations()).toEqual([]);
  });
});

describe('a rollback that was tried and failed', () => {
  it('rejects, and is not told a second time by the row', async () => {
    server.environments = [environment({ generation: 2 })];
    await started();
    const error = problem({ code: 'generation_not_found' });
    server.rollbackError = error;
    const failures: unknown[] = [];
    model.changed.connect(() => void failures.push(model.rows()[0]?.failed));
    const reason: unknown = await model.rollback('science', 9).catch((caught: unknown) => caught);
    expect(reason).toBeInstanceOf(EnvsError);
    expect(reason).toMatchObject({ problem: error });
    await refreshed();
    expect(failures.filter(Boolean)).toEqual([]);
  });
});

describe('a failure', () => {
  it('is shown until somebody has seen it', async () => {
    const { id } = server.begin({ state: 'failed', error: problem() });
    await started();
    expect(model.rows()).toHaveLength(1);
    const changed = jest.fn();
    model.changed.connect(changed);
    model.dismiss(id);
    expect(changed).toHaveBeenCalled();
    expect(model.rows()).toEqual([]);
    await refreshed();
    expect(model.rows()).toEqual([]);
  });
});

describe('the log', () => {
  let id: string;

  beforeEach(async () => {
    ({ id } = server.begin({ state: 'running' }));
    server.events = { [id]: [event(0), event(1)] };
    await started();
  });

  const known = (): number[] => model.log(id).map(one => one.seq);

  it('is empty until it is asked for', () => {
    expect(model.log(id)).toEqual([]);
    expect(model.log('unknown')).toEqual([]);
  });

  it('grows by what is new', async () => {
    await model.readLog(id);
    server.events[id]?.push(event(2));
    await model.readLog(id);
    expect(known()).toEqual([0, 1, 2]);
    expect(server.asked.filter(one => one.includes('/events'))).toEqual([
      `GET operations/${id}/events?after=-1`,
      `GET operations/${id}/events?after=1`
    ]);
  });

  it('has each line once, however often it is asked for at the same time', async () => {
    const readings = [model.readLog(id), model.readLog(id)];
    server.events[id]?.push(event(2));
    await Promise.all([...readings, model.readLog(id)]);
    expect(known()).toEqual([0, 1, 2]);
  });

  it('says that it is different only where it is', async () => {
    const changed = jest.fn();
    model.changed.connect(changed);
    await model.readLog(id);
    await model.readLog(id);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('rejects where it cannot be read, and keeps what is known', async () => {
    await model.readLog(id);
    server.isAway = true;
    await expect(model.readLog(id)).rejects.toBeInstanceOf(Unreachable);
    expect(known()).toEqual([0, 1]);
  });
});

describe('what the server has forgotten', () => {
  it.each([
    ['the oldest', 0],
    ['the newest', 2],
    ['one in between', 1]
  ])('is over here too: %s', async (_, index) => {
    const begun = [1, 2, 3].map(number =>
      server.begin({ name: `env-${number}`, state: 'running' })
    );
    await started();
    const gone = begun[index];
    server.operations = server.operations.filter(one => one.id !== gone?.id);
    await refreshed();
    expect(model.operations()).toEqual(server.operations);
    expect(model.rows().map(row => row.name)).not.toContain(gone?.name);
  });

  it('is over here too: all, and their logs', async () => {
    const { id } = server.begin({ state: 'running' });
    server.events = { [id]: [event(0)] };
    await started();
    await model.readLog(id);
    server.operations = [];
    await refreshed();
    expect(model.operations()).toEqual([]);
    expect(model.log(id)).toEqual([]);
  });

  it('is not what began after it had made its list', async () => {
    await started();
    const answer = server.hold();
    const refreshing = model.refresh();
    await settle();
    tell([changeOf(server.begin({ state: 'running' }))]);
    answer();
    await refreshing;
    expect(model.operations()).toHaveLength(1);
  });
});

describe('a model that is disposed', () => {
  it('asks for nothing and hears of nothing', async () => {
    await started();
    const disposed = jest.fn();
    model.disposed.connect(disposed);
    model.dispose();
    model.dispose();
    expect(model.isDisposed).toBe(true);
    expect(disposed).toHaveBeenCalledTimes(1);
    server.asked.length = 0;
    tell([changeOf(server.begin({ state: 'running' }))], true);
    await pass(61_000);
    expect(server.asked).toEqual([]);
    expect(model.operations()).toEqual([]);
  });

  it('tells nobody of answers that come late', async () => {
    await started();
    const told = jest.fn();
    model.changed.connect(told);
    const answer = server.hold();
    const refreshing = model.refresh();
    model.dispose();
    answer();
    await settle();
    await refreshing;
    expect(told).not.toHaveBeenCalled();
  });
});
