import { waitFor } from '@testing-library/dom';

import type { EnvironmentsModel } from '../../../src/model';
import { modelPlugin } from '../../../src/plugins/model';
import { FakeApp } from '../support/app';
import { changeOf, environment } from '../support/records';
import { nothingMore } from '../support/time';

let lab: FakeApp;
let model: EnvironmentsModel;

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.server.environments = [environment()];
  model = await modelPlugin.activate(lab.app);
  await waitFor(() => expect(model.ready).toBe(true));
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
});

const SPECS = 'GET /api/kernelspecs';

describe('the model of the page', () => {
  it('follows the server from the start', () => {
    expect(model.environments.map(one => one.slug)).toEqual(['science']);
  });

  it('hears the event bus', () => {
    lab.bus.emit({
      schema_id: 'urn:jupyter_envs:events:changes:v1',
      environments: false,
      operations: [changeOf(lab.server.begin({ name: 'other', state: 'running' }))]
    });
    expect(model.rows().map(row => row.name)).toEqual(['other', 'science']);
  });
});

describe('a page that was hidden', () => {
  let hidden: jest.SpyInstance;

  beforeEach(() => {
    hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(false);
  });

  afterEach(() => {
    hidden.mockRestore();
  });

  async function looks(): Promise<number> {
    const before = lab.server.count('GET environments');
    document.dispatchEvent(new Event('visibilitychange'));
    await nothingMore();
    return lab.server.count('GET environments') - before;
  }

  it('shows how it is when it comes back', async () => {
    expect(await looks()).toBe(1);
  });

  it('asks for nothing when it goes', async () => {
    hidden.mockReturnValue(true);
    expect(await looks()).toBe(0);
  });

  it('asks for nothing once the model is disposed', async () => {
    model.dispose();
    expect(await looks()).toBe(0);
  });
});

describe("Jupyter's list of kernels", () => {
  it('is not asked for where nothing is different', async () => {
    await model.refresh();
    lab.server.begin({ name: 'other', state: 'running' });
    await model.refresh();
    await nothingMore();
    expect(lab.server.count(SPECS)).toBe(0);
  });

  it.each([
    ['comes', [environment(), environment({ name: 'other' })]],
    ['goes', []],
    ['has another generation', [environment({ generation: 2 })]],
    ['is made anew', [environment({ created: '2026-11-19T15:00:00+01:00' })]],
    ['has other kernels', [environment({ kernels: ['science', 'science-r'] })]]
  ])('is asked for where an environment %s', async (_, environments) => {
    lab.server.environments = environments;
    await model.refresh();
    await waitFor(() => expect(lab.server.count(SPECS)).toBe(1));
  });
});
