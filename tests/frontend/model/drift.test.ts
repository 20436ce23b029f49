import { DriftReports } from '../../../src/model';
import { drift, drifted, driftReport, environment, problem, verdict } from '../support/records';
import { FakeServer } from '../support/server';

const ASKED = 'GET environments/science/drift?level=identity';

let server: FakeServer;
let changed: jest.Mock;
let reports: DriftReports;

beforeEach(() => {
  server = new FakeServer();
  changed = jest.fn();
  reports = new DriftReports(server.client, changed);
});

describe('what was changed', () => {
  it('is asked for once for each state', async () => {
    const before = drifted();
    expect(reports.of(before)).toBeNull();
    await reports.want(before);
    await reports.want(before);
    expect(server.count(ASKED)).toBe(1);
    expect(reports.of(before)).toEqual(driftReport());
    expect(changed).toHaveBeenCalledTimes(1);
    const after = drifted({ drift: drift({ state: 'kept', count: 1 }) });
    server.drift = driftReport({ verdicts: [verdict({ kept: true })] });
    // What was known is shown until there is more to show.
    expect(reports.of(after)).toEqual(driftReport());
    await reports.want(after);
    expect(server.count(ASKED)).toBe(2);
    expect(reports.of(after)).toEqual(server.drift);
  });

  it('is not shown for another generation', async () => {
    await reports.want(drifted());
    expect(reports.of(drifted({ generation: 2 }))).toBeNull();
  });

  it('is not asked for while every file is looked at, which will tell more', async () => {
    const open = server.hold();
    const whole = reports.check(drifted());
    await reports.want(drifted());
    open();
    await whole;
    expect(server.count(ASKED)).toBe(0);
    await reports.want(drifted());
    expect(server.count(ASKED)).toBe(1);
  });

  it.each([
    ['where nothing is', environment()],
    ['of what another tool made', environment({ drift: null })]
  ])('is not asked for %s', async (_, found) => {
    await reports.want(found);
    expect(server.asked).toEqual([]);
  });

  it('is asked for again where there was no answer', async () => {
    server.refuse(ASKED, problem());
    await reports.want(drifted());
    expect(reports.of(drifted())).toBeNull();
    await reports.want(drifted());
    expect(reports.of(drifted())).toEqual(driftReport());
  });

  it('is of the newest state, whichever answer comes last', async () => {
    const open = server.hold();
    const early = reports.want(drifted());
    server.release();
    const newer = drifted({ generation: 2 });
    await reports.want(newer);
    open();
    await early;
    expect(reports.of(drifted())).toBeNull();
    expect(reports.of(newer)).toEqual(driftReport());
  });
});

describe('a look at every file', () => {
  it('is known of while it goes on', async () => {
    const science = environment();
    const open = server.hold();
    const whole = reports.check(science);
    expect(reports.isChecking(science)).toBe(true);
    expect(changed).toHaveBeenCalledTimes(1);
    open();
    expect(await whole).toEqual(driftReport());
    expect(reports.isChecking(science)).toBe(false);
    expect(changed).toHaveBeenCalledTimes(2);
    expect(server.asked).toEqual(['GET environments/science/drift?level=content']);
  });

  it('is over where it went wrong', async () => {
    const science = environment();
    server.isAway = true;
    await expect(reports.check(science)).rejects.toThrow();
    expect(reports.isChecking(science)).toBe(false);
  });
});
