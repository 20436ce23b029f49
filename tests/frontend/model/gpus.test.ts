import { Gpus } from '../../../src/model';
import { hardware, withGpus } from '../support/gpus';
import { FakeServer } from '../support/server';
import { pass, settle } from '../support/time';

let server: FakeServer;
let gpus: Gpus;

beforeEach(() => {
  jest.useFakeTimers();
  server = new FakeServer();
  server.hardware = withGpus();
  gpus = new Gpus(server.client, 'never');
});

afterEach(() => {
  gpus.dispose();
  jest.useRealTimers();
});

const looks = (): number => server.count('GET hardware');

/** How often it was asked in a time. */
async function looksIn(milliseconds: number): Promise<number> {
  const before = looks();
  await pass(milliseconds);
  return looks() - before;
}

describe('the GPUs', () => {
  it('are not asked about while nobody looks', async () => {
    expect(await looksIn(10_000)).toBe(0);
    expect(gpus.hardware).toBeNull();
  });

  it('are asked about every two seconds while the panel is looked at', async () => {
    gpus.watch('panel', true);
    await settle();
    expect(looks()).toBe(1);
    expect(gpus.hardware?.devices).toHaveLength(1);
    expect(server.count('GET hardware/kernels')).toBe(1);
    expect(await looksIn(10_000)).toBe(5);
  });

  it('are left alone when it is hidden', async () => {
    gpus.watch('panel', true);
    await settle();
    gpus.watch('panel', false);
    expect(await looksIn(30_000)).toBe(0);
    gpus.watch('panel', true);
    await settle();
    expect(await looksIn(1_000)).toBe(0); // at once, and then not before two seconds
  });

  it('are asked about now and then for the status bar, and nobody is named for it', async () => {
    gpus.watch('item', true);
    await settle();
    expect(await looksIn(60_000)).toBe(3);
    expect(server.count('GET hardware/kernels')).toBe(0);
  });

  it('are seen at once by the panel, whatever the status bar does', async () => {
    gpus.watch('item', true);
    await settle();
    await pass(3_000);
    gpus.watch('panel', true);
    await settle();
    expect(looks()).toBe(2);
  });

  it('are not asked about again for the status bar where there is none', async () => {
    server.hardware = hardware();
    gpus.watch('item', true);
    await settle();
    expect(looks()).toBe(1);
    expect(await looksIn(120_000)).toBe(0);
  });

  it('that are not there are rarely looked for, unless the machine is looked at', async () => {
    server.hardware = hardware();
    gpus.watch('panel', true);
    await settle();
    expect(await looksIn(10_000)).toBe(0);
    expect(server.count('GET hardware/kernels')).toBe(0);
    gpus.watch('machine', true);
    await settle();
    expect(await looksIn(10_000)).toBe(5);
  });

  it('are soon asked about again where the driver takes its time', async () => {
    server.hardware = hardware({ state: 'waiting' });
    gpus.watch('item', true);
    await settle();
    server.hardware = withGpus();
    await pass(2_100);
    expect(gpus.hardware?.state).toBe('ok');
  });
});

describe('a server that does not answer', () => {
  it('is asked less and less often, and what it said last is kept', async () => {
    gpus.watch('panel', true);
    await settle();
    server.isAway = true;
    const asked = await looksIn(60_000);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(15);
    expect(gpus.isAway).toBe(true);
    expect(gpus.hardware?.devices).toHaveLength(1);
  });

  it('is seen when it is back', async () => {
    server.isAway = true;
    await gpus.refresh();
    server.isAway = false;
    await gpus.refresh();
    expect(gpus.isAway).toBe(false);
    expect(gpus.hardware?.state).toBe('ok');
  });
});
