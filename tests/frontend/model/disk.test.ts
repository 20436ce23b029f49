import { Sources, Storages } from '../../../src/model';
import {
  archived,
  environment,
  environmentStorage,
  problem,
  sourceInfo,
  sourceState,
  storage
} from '../support/records';
import { FakeServer } from '../support/server';

let server: FakeServer;
let changed: jest.Mock;

beforeEach(() => {
  server = new FakeServer();
  changed = jest.fn();
});

describe('the file of an environment', () => {
  const ASKED = 'GET environments/science/source';
  let sources: Sources;

  beforeEach(() => {
    sources = new Sources(server.client, changed);
  });

  it('is asked for once for each state', async () => {
    expect(sources.of(environment())).toBeNull();
    await sources.want(environment());
    await sources.want(environment());
    expect(sources.of(environment())).toEqual(sourceState());
    expect(server.count(ASKED)).toBe(1);
    await sources.want(environment({ behind: true }));
    expect(server.count(ASKED)).toBe(2);
    sources.forget(environment());
    expect(sources.of(environment())).toEqual(sourceState());
    await sources.want(environment({ behind: true }));
    expect(server.count(ASKED)).toBe(3);
  });

  it('is not asked for where there is none', async () => {
    await sources.want(environment({ source: null }));
    await sources.want(environment({ source: sourceInfo() }));
    expect(server.asked).toEqual([]);
  });

  it('is asked for again where there was no answer', async () => {
    server.refuse(ASKED, problem());
    await sources.want(environment());
    await sources.want(environment());
    expect(sources.of(environment())).toEqual(sourceState());
  });
});

describe('disk space', () => {
  let storages: Storages;

  beforeEach(() => {
    storages = new Storages(server.client, changed);
  });

  it('is asked for once, as it was measured last', async () => {
    await storages.want();
    await storages.want();
    expect(server.asked).toEqual(['GET storage?known=true']);
    expect(storages.of(environment())).toEqual(environmentStorage());
  });

  it('is asked for again where there was no answer', async () => {
    server.isAway = true;
    await storages.want();
    server.isAway = false;
    await storages.want();
    expect(storages.view).toEqual(storage());
  });

  it('is measured on request', async () => {
    server.storage = storage({ cache: 1, measured_at: '2099-01-01T00:00:00+01:00' });
    const open = server.hold();
    const done = storages.measure();
    expect(storages.isMeasuring).toBe(true);
    open();
    await done;
    expect(storages.isMeasuring).toBe(false);
    expect(storages.view?.cache).toBe(1);
  });

  it('is not shown as it was before, whichever answer comes last', async () => {
    server.storage = storage({ cache: 1, measured_at: '2099-01-01T00:00:00+01:00' });
    const open = server.hold();
    const early = storages.want();
    server.release();
    await storages.measure();
    open();
    await early;
    expect(storages.view?.cache).toBe(1);
  });

  it('is measured once for an environment that the last look did not know', async () => {
    const other = environment({ name: 'other' });
    await storages.wantOf(other);
    await storages.wantOf(other);
    await storages.wantOf(environment());
    expect(server.asked).toEqual(['GET storage?known=true', 'GET storage?known=false']);
  });

  it('is measured once more for a new generation', async () => {
    const newer = environment({ created: '2099-01-01T00:00:00+01:00' });
    await storages.wantOf(environment());
    await storages.wantOf(newer);
    await storages.wantOf(newer);
    expect(server.asked).toEqual(['GET storage?known=true', 'GET storage?known=false']);
  });

  it('of what was there is not told of what is archived', async () => {
    await storages.want();
    expect(storages.of(archived())).toBeNull();
  });
});
