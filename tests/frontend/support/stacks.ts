import type { Choice, Stack, Stacks, StackTarget } from '../../../src/types';

/** What environments are made for on a machine with an old GPU and a new driver. */
export function choice(change: Partial<Choice> = {}): Choice {
  return {
    origin: 'detected',
    platform: 'linux-64',
    profile: null,
    cuda: '13.0',
    cuda_arch: '6.1',
    cuda_major: 12,
    glibc: '2.36',
    archspec: 'x86_64_v3',
    gpu_required: false,
    gpus: ['GPU-1'],
    constraints: ['cuda-version <13'],
    reasons: [
      {
        code: 'capability_major',
        params: {
          major: '12',
          newest: '13',
          gpu: 'GPU 0 (GTX 1080)',
          capability: '6.1',
          lowest: '7.5'
        },
        message: ''
      }
    ],
    ...change
  };
}

/** On a machine without one. */
export function cpuChoice(): Choice {
  return choice({
    cuda: null,
    cuda_arch: null,
    cuda_major: null,
    gpus: [],
    constraints: [],
    reasons: [{ code: 'cpu_no_gpu', params: {}, message: '' }]
  });
}

export function stackTarget(change: Partial<StackTarget> = {}): StackTarget {
  return {
    id: 'gpu',
    accelerator: 'cuda',
    fits: true,
    reasons: [],
    min_driver: '525.60.13',
    min_cc: '5.0',
    min_glibc: null,
    disk_gb: 8,
    add: ['pytorch=*=cuda*'],
    ...change
  };
}

export function cpuTarget(): StackTarget {
  return stackTarget({ id: 'cpu', accelerator: 'cpu', disk_gb: 3, min_driver: null, min_cc: null });
}

export const NEEDS_GPU = { code: 'needs_gpu', params: {}, message: '' };

/** What it calls itself: nothing that we translate. */
const TITLE = 'PyTorch';

/** PyTorch, which fits everywhere. */
export function stack(change: Partial<Stack> = {}): Stack {
  return {
    id: 'pytorch',
    title: TITLE,
    origin: 'shipped',
    description: 'Deep learning with PyTorch.',
    icon: 'flame',
    purpose: ['Train and run neural networks'],
    maturity: 'deep',
    notebook: null,
    file: null,
    channels: ['conda-forge'],
    packages: ['python', 'pytorch'],
    probe: ['torch'],
    target: 'gpu',
    targets: [stackTarget(), cpuTarget()],
    problem: null,
    text: null,
    ...change
  };
}

export function stacks(change: Partial<Stacks> = {}): Stacks {
  return { stacks: [stack()], choice: choice(), ...change };
}
