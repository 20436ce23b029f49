import type { Environment, Package } from './types';

/** Packages that compute on GPUs, as conda and pip call them. */
const FRAMEWORKS = new Set([
  'cudf',
  'cuml',
  'cupy',
  'cupy-core',
  'jax',
  'jaxlib',
  'pytorch',
  'pytorch-cpu',
  'pytorch-gpu',
  'rapids',
  'tensorflow',
  'tensorflow-base',
  'torch'
]);

/** What an environment's packages are built for; null where none of them has to do with GPUs. */
export type Build = 'cuda' | 'cpu';

/** By what is installed, where that is known: conda's builds say it in their names. */
export function buildOf(packages: readonly Package[] | null): Build | null {
  const builds = (packages ?? []).filter(one => one.manager === 'conda').map(one => one.build);
  if (builds.some(build => /cuda/i.test(build))) {
    return 'cuda';
  }
  return builds.some(build => /(^|_)cpu(_|$)/i.test(build)) ? 'cpu' : null;
}

/** Whether there is anything in it that could be tried on a GPU, as far as that is known. */
export function canBeProbed(
  environment: Environment,
  packages: readonly Package[] | null
): boolean {
  return environment.probes.length > 0 || (packages ?? []).some(one => FRAMEWORKS.has(one.name));
}
