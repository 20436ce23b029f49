import type {
  AdoptionPreview,
  Check,
  CleanPlan,
  Diagnostic,
  Drift,
  DriftReport,
  Environment,
  EnvironmentStorage,
  Fix,
  Generation,
  Info,
  Operation,
  OperationChange,
  OperationEvent,
  Package,
  Probe,
  Problem,
  SourceInfo,
  SourceState,
  Storage,
  TrackedFile,
  Verdict
} from '../../../src/types';

/** When all of this happened: a moment ago. */
export const NOW = new Date().toISOString();

/** The folder of all environments here. */
export const ENVS_DIR = '/home/ada/.conda/envs';

export function info(change: Partial<Info> = {}): Info {
  return {
    version: '0.1.0',
    platform: 'linux-64',
    envs_dir: ENVS_DIR,
    root_dir: '/home/ada',
    writable: true,
    exports: ['yaml', 'lock'],
    policy: null,
    problem: null,
    ...change
  };
}

/** A managed environment with one generation; its name is its slug unless told otherwise. */
export function environment(change: Partial<Environment> = {}): Environment {
  const slug = change.slug ?? change.name ?? 'science';
  return {
    name: slug,
    slug,
    path: `${ENVS_DIR}/${slug}`,
    prefix: `${ENVS_DIR}/.jupyter-envs/${slug}/1`,
    managed: true,
    archived: false,
    broken: false,
    generation: 1,
    kernel: slug,
    kernels: [slug],
    language: 'python',
    lock_digest: '0123456789abcdef0123456789abcdef',
    platform: 'linux-64',
    created: '2026-11-18T15:00:00+01:00',
    source: sourceInfo({ file: '/home/ada/work/environment.yml' }),
    size: 512_000_000,
    packages: 64,
    processes: 0,
    behind: false,
    drift: drift(),
    target: null,
    accelerator: null,
    probe: null,
    probes: [],
    unhashed: [],
    notes: [],
    generations: [],
    ...change
  };
}

/** Where an environment came from: a text, unless told otherwise. */
export function sourceInfo(change: Partial<SourceInfo> = {}): SourceInfo {
  return {
    kind: 'spec',
    file: null,
    sha256: null,
    included: {},
    stack: null,
    stack_target: null,
    ...change
  };
}

/** What a list tells of an environment that is as its lock says. */
export function drift(change: Partial<Drift> = {}): Drift {
  return {
    state: 'clean',
    level: 'identity',
    checked_at: NOW,
    count: 0,
    worst: null,
    ...change
  };
}

/** torch has computed on the GPU, here. */
export function probe(change: Partial<Probe> = {}): Probe {
  return {
    framework: 'torch',
    state: 'gpu_ok',
    code: 'gpu_ok',
    params: { framework: 'torch', version: '2.13.0', devices: 'NVIDIA H100' },
    message: 'torch 2.13.0 computes on NVIDIA H100',
    when: NOW,
    here: true,
    seconds: 6.1,
    version: '2.13.0',
    devices: ['NVIDIA H100'],
    cpu_ok: null,
    ...change
  };
}

/** An environment in which frameworks were tried; the first is the one to show. */
export function probed(...probes: Probe[]): Environment {
  return environment({ probe: probes[0] ?? null, probes });
}

/** pip has replaced conda's tqdm, as a person would do it. */
export function verdict(change: Partial<Verdict> = {}): Verdict {
  const params = { package: 'tqdm', before: '4.66.1', after: '4.70.1', origin: '', file: '' };
  return {
    code: 'pip_replaced_conda',
    message: 'pip replaced the conda package tqdm 4.66.1 by 4.70.1; conda does not know',
    package: 'tqdm',
    manager: 'conda',
    before: '4.66.1',
    after: '4.70.1',
    origin: null,
    files: [],
    count: 0,
    kept: false,
    adoptable: true,
    ...change,
    params: { ...params, count: String(change.count ?? 0), ...change.params }
  };
}

/** An environment in which that happened. */
export function drifted(change: Partial<Environment> = {}): Environment {
  const told = drift({ state: 'drifted', count: 1, worst: 'pip_replaced_conda' });
  return environment({ drift: told, ...change });
}

/** What adopting what another tool made would make of it. */
export function adoptionPreview(change: Partial<AdoptionPreview> = {}): AdoptionPreview {
  return {
    name: 'old',
    path: '/home/ada/.conda/envs/old',
    possible: true,
    text: 'name: old\ndependencies:\n  - python=3.12\n',
    channels: ['conda-forge'],
    packages: 40,
    locked: 39,
    unlocked: [
      { manager: 'pip', name: 'mine', version: '0.1', reason: 'it has no hash', in_spec: true }
    ],
    kernels: ['python3'],
    fingerprint: 'of-old',
    problem: null,
    ...change
  };
}

/** Everything about it. */
export function driftReport(change: Partial<DriftReport> = {}): DriftReport {
  const verdicts = change.verdicts ?? [verdict()];
  return {
    ...drift({ state: 'drifted', count: verdicts.length, worst: verdicts[0]?.code ?? null }),
    name: 'science',
    generation: 1,
    fingerprint: 'the-fingerprint',
    verdicts,
    adopt: {
      possible: true,
      text: '',
      diff: [
        '--- environment.yml',
        '+++ environment.yml',
        '@@ -3,3 +3,4 @@',
        '   - python # as on the cluster',
        '-  - tqdm=4.66.1',
        '+  - pip:',
        '+      - tqdm==4.70.1'
      ].join('\n'),
      file: '/home/ada/work/environment.yml',
      problem: null
    },
    restore: {
      changes: [{ package: 'tqdm', manager: 'conda', now: '4.70.1', then: '4.66.1' }],
      files: 0
    },
    ...change
  };
}

/** An environment of which only file and lock are there. */
export function archived(change: Partial<Environment> = {}): Environment {
  return environment({
    archived: true,
    generation: null,
    kernel: null,
    kernels: [],
    size: null,
    drift: null,
    ...change
  });
}

/** What one environment takes on the disk. */
export function environmentStorage(change: Partial<EnvironmentStorage> = {}): EnvironmentStorage {
  return {
    name: 'science',
    slug: 'science',
    archived: false,
    unique: 98_000_000,
    shared: 414_000_000,
    last_used: '2026-11-20T09:00:00+01:00',
    generations: [],
    ...change
  };
}

/** What everything takes. */
export function storage(change: Partial<Storage> = {}): Storage {
  return {
    envs_dir: ENVS_DIR,
    cache_dir: '/home/ada/.cache/jupyter_envs',
    total: 270_000_000_000,
    free: 63_000_000_000,
    environments: 512_000_000,
    cache: 10_000_000,
    generations: 1,
    measured_at: NOW,
    by_environment: [environmentStorage()],
    ...change
  };
}

/** What cleaning up would remove. */
export function cleanPlan(change: Partial<CleanPlan> = {}): CleanPlan {
  const items = change.items ?? [
    { kind: 'package', name: 'bulk-1.0-0', bytes: 25_000_000, environment: null, generation: null },
    { kind: 'package', name: 'tqdm-4.70.1-0', bytes: 397_000, environment: null, generation: null },
    { kind: 'lease', name: 'science/1-here-7', bytes: 4_000, environment: 'science', generation: 1 }
  ];
  return {
    items,
    bytes: items.reduce((sum, one) => sum + one.bytes, 0),
    blocked: false,
    ...change
  };
}

/** The file of an environment, committed as it is. */
export function sourceState(change: Partial<SourceState> = {}): SourceState {
  return {
    file: '/home/ada/work/environment.yml',
    exists: true,
    behind: false,
    diff: null,
    checkout: 'found',
    reason: null,
    root: '/home/ada/work',
    head: '3f2a1b',
    files: [tracked()],
    ...change
  };
}

/** A file that is committed. */
export function tracked(change: Partial<TrackedFile> = {}): TrackedFile {
  return {
    file: '/home/ada/work/environment.yml',
    state: 'committed',
    commit: { hash: '3f2a1b', time: '2026-11-17T12:00:00+01:00' },
    diff: null,
    ...change
  };
}

/** An environment that another tool made. */
export function foreign(name: string): Environment {
  return environment({
    name,
    managed: false,
    generation: null,
    kernel: null,
    kernels: [],
    language: null,
    lock_digest: null,
    platform: null,
    created: null,
    source: null,
    size: null,
    packages: null,
    behind: null,
    drift: null
  });
}

export function generation(number: number, change: Partial<Generation> = {}): Generation {
  return {
    number,
    current: false,
    created: `2026-11-1${number}T15:00:00+01:00`,
    created_by: 'ada',
    lock_digest: `digest-of-${number}`,
    packages: 60 + number,
    in_use: false,
    ...change
  };
}

/** An operation that runs. */
export function operation(change: Partial<Operation> = {}): Operation {
  return {
    id: '018f00000001aaaaaaaa',
    verb: 'create',
    name: 'science',
    state: 'running',
    phase: 'solve',
    actor: 'ada',
    started: NOW,
    updated: NOW,
    events: 3,
    queue_position: null,
    done: null,
    total: null,
    unit: null,
    result: null,
    error: null,
    resumable: false,
    ...change
  };
}

/** What the event bus tells of an operation. */
export function changeOf(whole: Operation): OperationChange {
  const told = Object.entries(whole).filter(
    ([key]) => !['result', 'error', 'resumable'].includes(key)
  );
  return Object.fromEntries(told) as unknown as OperationChange;
}

export function event(seq: number, change: Partial<OperationEvent> = {}): OperationEvent {
  return {
    seq,
    time: '2026-11-18T15:00:00+01:00',
    phase: 'solve',
    code: 'progress',
    done: null,
    total: null,
    unit: null,
    params: {},
    ...change
  };
}

export function problem(change: Partial<Problem> = {}): Problem {
  return {
    code: 'no_space',
    message: 'There is not enough disk space in /home/ada: the disk at / is full',
    params: { path: '/home/ada', reason: 'the disk at / is full' },
    hint:
      'What was there before is as it was; free some space or remove environments that are no' +
      ' longer needed, then do the same again.',
    details: null,
    ...change
  };
}

export function diagnostic(change: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'unknown_key',
    severity: 'warning',
    message: 'colour: is not a known key; it is ignored.',
    start: { line: 2, column: 1 },
    end: { line: 2, column: 7 },
    params: { key: 'colour' },
    fix: null,
    ...change
  };
}

/** A fix: from line and column to line and column, another text. */
export function fix(
  edit: [number, number, number, number, string],
  change: Partial<Fix> = {}
): Fix {
  const [line, column, lastLine, lastColumn, text] = edit;
  return {
    code: 'write',
    title: `Write ${text}`,
    params: { text },
    edits: [{ start: { line, column }, end: { line: lastLine, column: lastColumn }, text }],
    safe: true,
    ...change
  };
}

export function check(change: Partial<Check> = {}): Check {
  return { valid: true, name: 'science', exists: false, diagnostics: [], ...change };
}

export function condaPackage(name: string, change: Partial<Package> = {}): Package {
  return {
    name,
    version: '1.0',
    build: 'h0_0',
    manager: 'conda',
    channel: 'conda-forge',
    requested: false,
    ...change
  };
}
