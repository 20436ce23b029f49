import type {
  Audit,
  AuditCurrent,
  AuditKernel,
  Difference,
  DigestView,
  PastEvent
} from '../../../src/types';
import { ENVS_DIR } from './records';

export const DIGEST = '0123456789abcdef0123456789abcdef';

/** A line of the ledger about an environment of this server. */
export function pastEvent(change: Partial<PastEvent> = {}): PastEvent {
  return {
    time: '2026-11-18T15:00:00+01:00',
    actor: 'ada',
    action: 'environment_created',
    store: ENVS_DIR,
    environment: 'science',
    generation: 1,
    lock_digest: DIGEST,
    ...change
  };
}

/** The start of a kernel, as the ledger has it. */
export function started(change: Partial<PastEvent> = {}): PastEvent {
  return pastEvent({ action: 'kernel_started', notebook: 'work/model.ipynb', ...change });
}

/** The same, as the answer to "what ran when". */
export function kernel(change: Partial<AuditKernel> = {}): AuditKernel {
  return {
    time: '2026-11-18T14:30:00+01:00',
    environment: 'science',
    store: ENVS_DIR,
    generation: 2,
    lock_digest: DIGEST,
    lock_kept: true,
    notebook: 'work/model.ipynb',
    kernel: 'conda-env-science-py',
    kernel_id: 'k1',
    user: 'ada',
    host: 'here',
    pid: 1,
    drift: 'clean',
    running: true,
    ...change
  };
}

export function current(change: Partial<AuditCurrent> = {}): AuditCurrent {
  return {
    environment: 'science',
    store: ENVS_DIR,
    generation: 2,
    lock_digest: DIGEST,
    lock_kept: true,
    since: '2026-11-17T09:00:00+01:00',
    action: 'environment_updated',
    actor: 'ada',
    ...change
  };
}

export function audit(change: Partial<Audit> = {}): Audit {
  return {
    at: '2026-11-18T15:00:00+01:00',
    kernels: [kernel()],
    current: [current()],
    clock_note: null,
    other: null,
    ...change
  };
}

export function digestView(change: Partial<DigestView> = {}): DigestView {
  return {
    digest: DIGEST,
    kept: true,
    here: [],
    uses: [
      {
        environment: 'science',
        store: ENVS_DIR,
        generation: 2,
        first: '2026-11-17T09:00:00+01:00',
        by: 'ada',
        starts: 3,
        last_start: '2026-11-18T14:30:00+01:00',
        users: ['ada', 'grace']
      }
    ],
    ...change
  };
}

type Package = Difference['added'][number];

export function locked(name: string, version: string, change: Partial<Package> = {}): Package {
  return { name, manager: 'conda', version, build: 'h0_0', channel: 'conda-forge', ...change };
}

/** From generation 1 to generation 2, where nothing differs unless told. */
export function difference(change: Partial<Difference> = {}): Difference {
  const side = (generation: number): Difference['a'] => ({
    reference: `science@${generation}`,
    digest: DIGEST,
    environment: 'science',
    generation
  });
  return {
    a: side(1),
    b: side(2),
    platform: 'linux-64',
    added: [],
    removed: [],
    changed: [],
    kept: 60,
    spec: [],
    ...change
  };
}
