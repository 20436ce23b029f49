import { AuditModel, NOTHING_ASKED } from '../../../src/model';
import { withOffset } from '../../../src/model/moments';
import { audit, DIGEST, digestView } from '../support/past';
import { problem } from '../support/records';
import { FakeServer } from '../support/server';

let server: FakeServer;
let model: AuditModel;

beforeEach(() => {
  server = new FakeServer();
  model = new AuditModel(server.client);
});

const asked = (): URLSearchParams =>
  new URLSearchParams(server.asked.find(one => one.includes('audit'))?.split('?')[1]);

describe('the question', () => {
  it('is sent with the offset of this browser', async () => {
    await model.ask({ when: '2026-11-18T15:00', notebook: ' model.ipynb ', digest: '' });
    expect(asked().get('at')).toBe(withOffset(new Date(2026, 10, 18, 15)));
    expect(asked().get('notebook')).toBe('model.ipynb');
    expect(asked().has('digest')).toBe(false);
    expect(model.answer).toEqual(audit());
    expect(model.busy).toBe(false);
  });

  it('is of now where no time is given', async () => {
    await model.ask(NOTHING_ASKED);
    expect(server.asked).toEqual(['GET ledger/audit']);
    expect(model.moment).toBeNull();
  });

  it('can be of the later one of two moments', async () => {
    await model.ask({ ...NOTHING_ASKED, when: '2026-11-18T15:00' }, '2026-10-25T02:30:00+01:00');
    expect(asked().get('at')).toBe('2026-10-25T02:30:00+01:00');
  });

  it('of a digest is also one of who used it', async () => {
    server.locks = [digestView()];
    await model.ask({ ...NOTHING_ASKED, digest: DIGEST.slice(0, 8) });
    expect(asked().get('digest')).toBe(DIGEST.slice(0, 8));
    expect(model.digests).toEqual([digestView()]);
  });

  it('of a digest that nobody knows has an answer too', async () => {
    await model.ask({ ...NOTHING_ASKED, digest: 'ffffff' });
    expect([model.digests, model.error]).toEqual([[], null]);
    expect(model.answer).not.toBeNull();
  });

  it('is answered by the answer to the last one', async () => {
    server.audit = audit({ kernels: [] });
    const slow = server.hold();
    const first = model.ask(NOTHING_ASKED);
    await Promise.resolve();
    server.release();
    server.audit = audit();
    await model.ask({ ...NOTHING_ASKED, notebook: 'b' });
    slow();
    await first;
    expect(model.answer?.kernels).toHaveLength(1);
  });

  it('may be refused, and asked again', async () => {
    server.refuse('GET ledger/audit', problem({ code: 'time_invalid' }), 422);
    await model.ask(NOTHING_ASKED);
    expect(model.error).toMatchObject({ problem: { code: 'time_invalid' } });
    expect(model.answer).toBeNull();
    await model.ask(NOTHING_ASKED);
    expect(model.error).toBeNull();
  });
});

describe('the record', () => {
  it('is looked through when that is asked for', async () => {
    expect(model.faults).toBeNull();
    const looked = model.verify();
    expect(model.verifying).toBe(true);
    await looked;
    expect([model.verifying, model.faults]).toEqual([false, []]);
  });

  it('may have faults, or not be there to be looked at', async () => {
    server.faults = [{ file: '/l/2026-11.jsonl', line: 3, reason: 'x', code: 'broken' }];
    await model.verify();
    expect(model.faults).toEqual(server.faults);
    server.isAway = true;
    await model.verify();
    expect(model.faults).toBeNull();
    expect(model.faultsError).toMatchObject({ name: 'Unreachable' });
  });
});
