import { EnvsError } from '../../../src/client';
import type { EnvironmentsModel } from '../../../src/model';
import type { Operation } from '../../../src/types';
import { Following } from '../support/following';
import { changeOf, environment, problem } from '../support/records';
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

describe('the end of an operation', () => {
  it.each([
    ['by the bus', true, 100],
    ['by asking alone', false, 1_500],
    ['by both', true, 31_000]
  ])('is told once, %s', async (_, withBus, wait) => {
    await page.start();
    const begun = await model.create({ kind: 'file', path: 'environment.yml' });
    const done = server.goOn(begun.id, { state: 'succeeded', phase: 'ended', result: { a: 1 } });
    if (withBus) {
      page.tell([changeOf(done)]);
      page.tell([changeOf(done)]);
    }
    await pass(wait);
    expect(page.ended).toMatchObject([{ id: begun.id, state: 'succeeded', result: { a: 1 } }]);
  });

  it('is told once where the bus is late', async () => {
    await page.start();
    const begun = await model.update('science');
    const before = changeOf(server.goOn(begun.id, { state: 'running' }));
    server.goOn(begun.id, { state: 'succeeded' });
    await page.refresh();
    page.tell([before]);
    await pass(31_000);
    expect(page.ended).toHaveLength(1);
  });

  it('is told again after a resume', async () => {
    server.begin({ state: 'interrupted', resumable: true });
    await page.start();
    const { id } = await model.resume(server.operations[0]?.id ?? '');
    server.goOn(id, { state: 'failed' });
    await pass(1_500);
    expect(page.ended).toMatchObject([{ id, state: 'failed' }]);
  });

  it('is told of a rollback, which is over when it is answered', async () => {
    server.environments = [environment({ generation: 2 })];
    await page.start();
    void model.rollback('science', 1);
    await pass(31_000);
    expect(page.ended).toMatchObject([
      { id: server.operations[0]?.id, verb: 'rollback', state: 'succeeded' }
    ]);
  });

  it('is told when the list of environments is of after it', async () => {
    await page.start();
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    const seen: string[][] = [];
    model.ended.connect(() => void seen.push(page.slugs));
    server.environments = [environment()];
    server.goOn(id, { state: 'succeeded' });
    await pass(1_500);
    expect(seen).toEqual([['science']]);
  });
});

describe('a verb', () => {
  beforeEach(async () => {
    server.environments = [environment({ generation: 2 })];
    await page.start();
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
    await page.refresh();
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
    await page.start();
    const error = problem({ code: 'generation_not_found' });
    server.rollbackError = error;
    const failures: unknown[] = [];
    model.changed.connect(() => void failures.push(model.rows()[0]?.failed));
    const reason: unknown = await model.rollback('science', 9).catch((caught: unknown) => caught);
    expect(reason).toBeInstanceOf(EnvsError);
    expect(reason).toMatchObject({ problem: error });
    await page.refresh();
    expect(failures.filter(Boolean)).toEqual([]);
  });
});

describe('a failure', () => {
  it('is shown until somebody has seen it', async () => {
    const { id } = server.begin({ state: 'failed', error: problem() });
    await page.start();
    expect(model.rows()).toHaveLength(1);
    const changed = jest.fn();
    model.changed.connect(changed);
    model.dismiss(id);
    expect(changed).toHaveBeenCalled();
    expect(model.rows()).toEqual([]);
    await page.refresh();
    expect(model.rows()).toEqual([]);
  });
});
