import type { EnvironmentsModel } from '../../../src/model';
import { Following } from '../support/following';
import { changeOf, environment, info, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { pass, settle } from '../support/time';

let page: Following;
let server: FakeServer;
let model: EnvironmentsModel;

function begin(...options: ConstructorParameters<typeof Following>): void {
  page = new Following(...options);
  ({ server, model } = page);
}

beforeEach(() => {
  begin();
});

afterEach(() => {
  page.dispose();
});

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
    await page.start();
    expect(model).toMatchObject({ ready: true, away: null, problem: null, info: info() });
    expect(model.rows().map(row => row.key)).toEqual(['other', 'science']);
    expect(model.operations().map(one => one.id)).toEqual([id]);
    expect(changed).toHaveBeenCalled();
  });

  it('tells of no end that was before it', async () => {
    server.begin({ state: 'succeeded' });
    await page.start();
    await pass(31_000);
    expect(page.ended).toEqual([]);
  });
});

describe('the event bus', () => {
  it('brings progress without a question', async () => {
    const begun = server.begin({ state: 'running' });
    await page.start();
    server.asked.length = 0;
    page.tell([{ ...changeOf(begun), events: 3, phase: 'download', done: 1, total: 4 }]);
    expect(model.rows()[0]?.operation).toMatchObject({ phase: 'download', done: 1, total: 4 });
    expect(server.asked).toEqual([]);
  });

  it('brings an operation that began elsewhere', async () => {
    await page.start();
    page.tell([changeOf(server.begin({ name: 'other', state: 'running' }))]);
    expect(model.rows().map(row => row.name)).toEqual(['other']);
  });

  it('does not put back what is known to be further', async () => {
    const begun = server.begin({ state: 'running', events: 9, phase: 'install' });
    await page.start();
    page.tell([{ ...changeOf(begun), events: 8, phase: 'download' }]);
    expect(model.operations()[0]?.phase).toBe('install');
  });

  it('makes it look where environments came or went', async () => {
    await page.start();
    server.environments = [environment()];
    page.tell([], true);
    await settle();
    expect(page.slugs).toEqual(['science']);
  });

  it('makes it look for how an operation ended', async () => {
    const { id } = server.begin({ state: 'running' });
    await page.start();
    const error = problem();
    page.tell([changeOf(server.goOn(id, { state: 'failed', phase: 'ended', error }))]);
    await settle();
    expect(model.rows()[0]?.failed?.error).toEqual(error);
  });

  it('is heard only of its own schema', async () => {
    await page.start();
    server.asked.length = 0;
    const changed = jest.fn();
    model.changed.connect(changed);
    page.bus.emit({
      schema_id: 'https://events.jupyter.org/x',
      environments: true,
      operations: []
    });
    await settle();
    expect(changed).not.toHaveBeenCalled();
    expect(server.asked).toEqual([]);
  });

  it('is not needed', async () => {
    page.dispose();
    begin(false);
    server.environments = [environment()];
    await page.start();
    expect(page.slugs).toEqual(['science']);
  });
});

describe('news that come while a look is under way', () => {
  beforeEach(() => page.start());

  it('are looked for once more', async () => {
    const answer = server.hold();
    page.tell([], true);
    await settle();
    server.environments = [environment()];
    page.tell([], true);
    await settle();
    answer();
    await settle();
    expect(page.slugs).toEqual(['science']);
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
    expect(page.slugs).toEqual(['science']);
  });

  it('stay where the older answer is the last to come', async () => {
    const slow = server.hold();
    const first = model.refresh();
    await settle();
    server.environments = [environment()];
    server.release();
    await page.refresh();
    expect(page.slugs).toEqual(['science']);
    slow();
    await first;
    expect(page.slugs).toEqual(['science']);
  });

  it('are what refresh waits for', async () => {
    const answer = server.hold();
    page.tell([], true);
    await settle();
    server.environments = [environment()];
    const refreshing = model.refresh();
    answer();
    await settle();
    await refreshing;
    expect(page.slugs).toEqual(['science']);
  });
});

describe('a model that is disposed', () => {
  it('asks for nothing and hears of nothing', async () => {
    await page.start();
    const disposed = jest.fn();
    model.disposed.connect(disposed);
    model.dispose();
    model.dispose();
    expect(model.isDisposed).toBe(true);
    expect(disposed).toHaveBeenCalledTimes(1);
    server.asked.length = 0;
    page.tell([changeOf(server.begin({ state: 'running' }))], true);
    await pass(61_000);
    expect(server.asked).toEqual([]);
    expect(model.operations()).toEqual([]);
  });

  it('tells nobody of answers that come late', async () => {
    await page.start();
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
