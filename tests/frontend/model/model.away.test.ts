import { Unreachable } from '../../../src/client';
import type { EnvironmentsModel } from '../../../src/model';
import { Following } from '../support/following';
import { environment, info, problem } from '../support/records';
import type { FakeServer } from '../support/server';
import { pass } from '../support/time';

let page: Following;
let server: FakeServer;
let model: EnvironmentsModel;

beforeEach(() => {
  page = new Following();
  ({ server, model } = page);
});

afterEach(() => {
  page.dispose();
});

describe('a server that does not answer', () => {
  beforeEach(async () => {
    server.environments = [environment()];
    await page.start();
    server.isAway = true;
    await page.refresh();
  });

  it('leaves what was known, and says that it may be old', () => {
    expect(model).toMatchObject({ ready: true, problem: null });
    expect(model.away).toContain('Failed to fetch');
    expect(page.slugs).toEqual(['science']);
  });

  it('is asked again soon, and its truth is shown when it is back', async () => {
    await pass(10_000);
    expect(model.away).not.toBeNull();
    server.isAway = false;
    server.environments = [environment({ name: 'other' })];
    server.info = info({ root_dir: '/srv' });
    await pass(3_500);
    expect(model.away).toBeNull();
    expect(page.slugs).toEqual(['other']);
    expect(model.info?.root_dir).toBe('/srv');
    page.looks();
    await pass(20_000);
    expect(page.looks()).toBe(0);
  });

  it('tells what ended meanwhile', async () => {
    server.isAway = false;
    const { id } = await model.update('science');
    server.isAway = true;
    await pass(5_000);
    server.goOn(id, { state: 'succeeded' });
    server.isAway = false;
    await pass(3_500);
    expect(page.ended).toMatchObject([{ id }]);
  });

  it('rejects verbs with Unreachable', async () => {
    await expect(model.update('science')).rejects.toBeInstanceOf(Unreachable);
    await expect(model.cancel('018f')).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('a server that is away from the start', () => {
  it('is waited for', async () => {
    server.isAway = true;
    await page.start();
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
    await page.start();
    expect(model).toMatchObject({ ready: true, away: null, problem: said });
    await page.refresh();
    expect(model.problem).toBeNull();
  });
});

describe('what the server says of itself', () => {
  it('is asked for once', async () => {
    await page.start();
    await pass(61_000);
    expect(server.count('GET ')).toBe(1);
  });

  it('is asked for again while there is a problem', async () => {
    server.info = info({ writable: false, problem: problem({ code: 'store_read_only' }) });
    await page.start();
    expect(model.info?.writable).toBe(false);
    server.info = info();
    await pass(31_000);
    expect(model.info?.writable).toBe(true);
  });
});
