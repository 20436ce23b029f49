import { Unreachable } from '../../../src/client';
import type { EnvironmentsModel } from '../../../src/model';
import { Following } from '../support/following';
import { changeOf, event } from '../support/records';
import type { FakeServer } from '../support/server';
import { settle } from '../support/time';

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

describe('the log', () => {
  let id: string;

  beforeEach(async () => {
    ({ id } = server.begin({ state: 'running' }));
    server.events = { [id]: [event(0), event(1)] };
    await page.start();
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
    await page.start();
    const gone = begun[index];
    server.operations = server.operations.filter(one => one.id !== gone?.id);
    await page.refresh();
    expect(model.operations()).toEqual(server.operations);
    expect(model.rows().map(row => row.name)).not.toContain(gone?.name);
  });

  it('is over here too: all, and their logs', async () => {
    const { id } = server.begin({ state: 'running' });
    server.events = { [id]: [event(0)] };
    await page.start();
    await model.readLog(id);
    server.operations = [];
    await page.refresh();
    expect(model.operations()).toEqual([]);
    expect(model.log(id)).toEqual([]);
  });

  it('is not what began after it had made its list', async () => {
    await page.start();
    const answer = server.hold();
    const refreshing = model.refresh();
    await settle();
    page.tell([changeOf(server.begin({ state: 'running' }))]);
    answer();
    await refreshing;
    expect(model.operations()).toHaveLength(1);
  });
});
