import type { EnvironmentsModel } from '../../../src/model';
import { Following } from '../support/following';
import { changeOf } from '../support/records';
import type { FakeServer } from '../support/server';
import { pass } from '../support/time';

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

describe('the pace', () => {
  beforeEach(() => page.start());

  it('is slow while nothing goes on', async () => {
    page.looks();
    await pass(59_000);
    expect(page.looks()).toBe(1);
  });

  it('is fast while something goes on and the bus says nothing', async () => {
    await pass(5_000);
    await model.create({ kind: 'file', path: 'environment.yml' });
    page.looks();
    await pass(5_000);
    expect(page.looks()).toBeGreaterThanOrEqual(4);
  });

  it('needs few looks while the bus tells what goes on', async () => {
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    page.looks();
    for (let tick = 0; tick < 20; tick++) {
      page.tell([changeOf(server.goOn(id, { state: 'running' }))]);
      await pass(250);
    }
    expect(page.looks()).toBeLessThanOrEqual(3);
  });

  it('becomes fast where the bus falls silent', async () => {
    page.tell([changeOf(server.begin({ state: 'running' }))]);
    await pass(3_000);
    page.looks();
    await pass(5_000);
    expect(page.looks()).toBeGreaterThanOrEqual(4);
  });

  it('becomes slow again when all is over', async () => {
    const { id } = await model.create({ kind: 'file', path: 'environment.yml' });
    server.goOn(id, { state: 'succeeded' });
    await pass(3_000);
    page.looks();
    await pass(20_000);
    expect(page.looks()).toBe(0);
  });
});

describe('a page that is hidden', () => {
  it('does not ask again and again', async () => {
    page.dispose();
    begin(true, 'when-hidden');
    await page.start();
    const visibility = jest.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(70_000);
    page.looks();
    await pass(70_000);
    expect(page.looks()).toBe(0);
    visibility.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(31_000);
    expect(page.looks()).toBe(1);
  });
});
