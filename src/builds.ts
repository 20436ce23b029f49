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

/** Whether there is anything in it that could be tried on a GPU, as far as that is known. */
export function canBeProbed(
  environment: Environment,
  packages: readonly Package[] | null
): boolean {
  return environment.probes.length > 0 || (packages ?? []).some(one => FRAMEWORKS.has(one.name));
}
