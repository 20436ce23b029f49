import type {
  Device,
  Hardware,
  Holders,
  Host,
  KernelUse,
  ProcessUse,
  Shares,
  Slice
} from '../../../src/types';

export const A5000 = 'GPU-00000000-aaaa-bbbb-cccc-000000000000';
export const SLICE = 'MIG-33333333-aaaa-bbbb-cccc-333333333333';

const GIB = 2 ** 30;

/** A machine without a GPU, unless told otherwise. */
export function hardware(change: Partial<Hardware> = {}): Hardware {
  return {
    state: 'none',
    note: { code: 'no_driver', params: {}, message: 'No GPU driver is visible here' },
    driver: null,
    cuda: null,
    error: null,
    devices: [],
    host: host(),
    sampled_at: '2026-11-26T18:24:22.900+00:00',
    stale_since: null,
    interval: 2,
    ...change
  };
}

/** A machine with GPUs. */
export function withGpus(...devices: Device[]): Hardware {
  return hardware({
    state: 'ok',
    note: { code: 'driver_ok', params: {}, message: 'The GPU driver answers' },
    driver: '580.95.05',
    cuda: '13.0',
    devices: devices.length > 0 ? devices : [device()]
  });
}

export function host(change: Partial<Host> = {}): Host {
  return {
    cpus: 2,
    cpu_limit: 'cgroup',
    cpu_percent: 12.4,
    memory: 8 * GIB,
    memory_limit: 'cgroup',
    memory_used: GIB,
    disk: 270_000_000_000,
    disk_free: 68_500_000_000,
    disk_path: '/home/ada/.conda/envs',
    reasons: {},
    ...change
  };
}

/** A GPU that is in use. */
export function device(change: Partial<Device> = {}): Device {
  return {
    uuid: A5000,
    index: 0,
    vendor: 'nvidia',
    name: 'NVIDIA RTX A5000',
    capability: '8.6',
    memory: 24 * GIB,
    unified: false,
    mig: false,
    reasons: { ecc_errors: 'not_supported' },
    state: 'ok',
    note: null,
    bus: '00000000:07:00.0',
    memory_used: 3 * GIB,
    memory_free: 20.5 * GIB,
    memory_reserved: GIB / 2,
    utilisation: 42,
    temperature: 55,
    power: 123.5,
    power_limit: 230,
    throttle: ['power_cap'],
    ecc_errors: null,
    rows_failed: null,
    compute_mode: 'default',
    mig_pending: false,
    slices: [],
    ...change
  };
}

export function slice(change: Partial<Slice> = {}): Slice {
  return {
    uuid: SLICE,
    index: 1,
    name: 'MIG 2g.20gb',
    gpu_instance: 5,
    compute_instance: 0,
    memory: 20 * GIB,
    memory_used: 18 * GIB,
    memory_free: GIB,
    memory_reserved: GIB,
    utilisation: null,
    reasons: { utilisation: 'not_on_mig' },
    ...change
  };
}

/** A GPU that is cut. */
export function cut(change: Partial<Device> = {}): Device {
  return device({
    uuid: 'GPU-1',
    index: 1,
    name: 'NVIDIA H100',
    mig: true,
    utilisation: null,
    reasons: { utilisation: 'not_on_mig' },
    slices: [slice()],
    ...change
  });
}

export function holders(change: Partial<Holders> = {}): Holders {
  return {
    kernels: [],
    processes: [],
    devices: [],
    sampled_at: '2026-11-26T18:24:22.900+00:00',
    stale_since: null,
    ...change
  };
}

/** Whose the memory of a GPU is. */
export function shares(change: Partial<Shares> = {}): Shares {
  return {
    device: A5000,
    memory: 24 * GIB,
    used: 3 * GIB,
    reserved: GIB / 2,
    kernels: 2 * GIB,
    own: GIB / 2,
    others: GIB / 4,
    unattributed: 0,
    confidence: 'exact',
    ...change
  };
}

/** An idle kernel with memory of it. */
export function kernelUse(change: Partial<KernelUse> = {}): KernelUse {
  return {
    kernel_id: 'k1',
    kernel: 'conda-env-climate-py',
    notebooks: ['project/model.ipynb'],
    environment: 'climate',
    generation: 2,
    pid: 4711,
    state: 'idle',
    last_activity: '2026-11-26T18:00:00.000000Z',
    memory: 2 * GIB,
    confidence: 'exact',
    uses: [{ device: A5000, memory: 2 * GIB }],
    ...change
  };
}

export function processUse(change: Partial<ProcessUse> = {}): ProcessUse {
  return {
    pid: 5000,
    name: 'python',
    memory: GIB / 2,
    notebook: null,
    environment: null,
    generation: null,
    uses: [{ device: A5000, memory: GIB / 2 }],
    ...change
  };
}
