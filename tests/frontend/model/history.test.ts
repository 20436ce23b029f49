import { days, HistoryModel } from '../../../src/model';
import { choices } from '../../../src/model/history';
import { difference, pastEvent, started } from '../support/past';
import { ENVS_DIR, environment, generation, problem } from '../support/records';
import { FakeServer } from '../support/server';

const DIFF = 'GET diff?a=science%401&b=science%402';

let server: FakeServer;
let history: HistoryModel;

beforeEach(() => {
  server = new FakeServer();
  server.environments = [
    environment({
      generation: 2,
      generations: [generation(1), generation(2, { current: true })]
    })
  ];
  server.differences['science@1 -> science@2'] = difference();
  server.differences['science@2 -> science@1'] = difference({ kept: 7 });
  history = new HistoryModel(server.client, 'science', () => ENVS_DIR);
});

describe('the days', () => {
  it('are told newest first, what happened apart from what was started', () => {
    const events = [
      pastEvent({ time: '2026-11-16T10:00:00+01:00' }),
      started({ time: '2026-11-17T10:00:00+01:00' }),
      started({ time: '2026-11-17T11:00:00+01:00', notebook: 'b.ipynb', drift: 'drifted' }),
      started({ time: '2026-11-17T12:00:00+01:00' }),
      started({ time: '2026-11-17T13:00:00+01:00', generation: 2, notebook: null }),
      pastEvent({ time: '2026-11-17T12:30:00+01:00', action: 'environment_updated', generation: 2 })
    ];
    const [second, first, ...others] = days(events);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ events: [{ action: 'environment_created' }], starts: [] });
    expect(second?.events.map(one => one.action)).toEqual(['environment_updated']);
    expect(second?.starts).toEqual([
      {
        generation: 2,
        count: 1,
        notebooks: [],
        drifted: false,
        time: '2026-11-17T13:00:00+01:00'
      },
      {
        generation: 1,
        count: 3,
        notebooks: ['work/model.ipynb', 'b.ipynb'],
        drifted: true,
        time: '2026-11-17T12:00:00+01:00'
      }
    ]);
  });

  it('are those of the clock here', () => {
    const [day] = days([pastEvent({ time: '2026-11-17T23:59:00Z' })]);
    const local = new Date('2026-11-17T23:59:00Z');
    expect(new Date(day?.date ?? '').getDate()).toBe(local.getDate());
    expect(new Date(day?.date ?? '').getHours()).toBe(0);
  });

  it('have no place for a line that somebody has spoilt', () => {
    expect(days([pastEvent({ time: 'long ago' })])).toEqual([]);
  });
});

describe('what can be compared', () => {
  it('are the generations on the disk, and those whose lock is recorded', () => {
    const events = [
      pastEvent({ generation: 1 }),
      pastEvent({ generation: 3, action: 'environment_updated' }),
      pastEvent({ generation: 9, lock_digest: null, action: 'environment_updated' }),
      started({ generation: 8 })
    ];
    const found = choices([generation(2), generation(3, { current: true })], events);
    expect(found.map(one => [one.number, one.current])).toEqual([
      [3, true],
      [2, false],
      [1, false]
    ]);
  });
});

describe('the history', () => {
  it('is asked for, and what the last update changed with it', async () => {
    server.ledger = [pastEvent(), pastEvent({ store: '/somewhere/else' })];
    await history.refresh();
    expect(server.asked).toContain('GET ledger?environment=science&limit=2000');
    expect(history.events).toHaveLength(1);
    expect(history.choices.map(one => one.number)).toEqual([2, 1]);
    expect([history.a, history.b, history.difference?.kept]).toEqual([1, 2, 60]);
  });

  it('is there for an environment that is gone', async () => {
    server.environments = [];
    server.ledger = [
      pastEvent({ generation: 1 }),
      pastEvent({ generation: 2, action: 'environment_updated' })
    ];
    await history.refresh();
    expect(history.error).toBeNull();
    expect([history.a, history.b]).toEqual([1, 2]);
  });

  it('compares the first with what there is, where it was gone back to', async () => {
    server.environments = [
      environment({ generations: [generation(1, { current: true }), generation(2)] })
    ];
    await history.refresh();
    expect([history.a, history.b, history.difference?.kept]).toEqual([2, 1, 7]);
  });

  it('compares nothing where there is one generation', async () => {
    server.environments = [environment({ generations: [generation(1, { current: true })] })];
    await history.refresh();
    expect(history.a).toBeNull();
    expect(server.asked.filter(one => one.startsWith('GET diff'))).toEqual([]);
  });

  it('keeps what a person compares when it is looked at anew', async () => {
    await history.refresh();
    await history.compare(2, 1);
    await history.refresh();
    expect([history.a, history.b]).toEqual([2, 1]);
  });

  it('shows the comparison that was asked for last, whichever comes last', async () => {
    const slow = server.hold();
    const first = history.compare(1, 2);
    await Promise.resolve();
    server.release();
    await history.compare(2, 1);
    slow();
    await first;
    expect([history.a, history.difference?.kept]).toEqual([2, 7]);
  });

  it('says why there is none', async () => {
    server.refuse('GET ledger?environment=science&limit=2000', problem());
    await history.refresh();
    expect(history.error).toMatchObject({ problem: { code: 'no_space' } });
    await history.refresh();
    expect(history.error).toBeNull();
  });

  it('says why there is no comparison', async () => {
    server.refuse(DIFF, problem({ code: 'lock_not_found' }), 404);
    await history.refresh();
    expect(history.refusal).toMatchObject({ problem: { code: 'lock_not_found' } });
    expect(history.difference).toBeNull();
  });

  it('says so where the server is away', async () => {
    server.isAway = true;
    await history.refresh();
    expect(history.error).toMatchObject({ name: 'Unreachable' });
  });
});
