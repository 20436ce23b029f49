import type { TranslationBundle } from '@jupyterlab/translation';

import { PROBES } from '../generated/texts';
import type { Choice, Environment, Probe } from '../types';
import { say } from './problems';

/** What a framework has shown, in a sentence. */
export function probeText(probe: Probe, trans: TranslationBundle): string {
  return say(PROBES[probe.code], probe.params, trans) ?? probe.message;
}

/** The same in a few words, for a badge. Only what has computed here is said to work. */
export function probeTitle(probe: Probe, trans: TranslationBundle): string {
  const { framework, here } = probe;
  switch (probe.state) {
    case 'gpu_ok':
      return here
        ? trans.__('GPU works here')
        : trans.__('CUDA build; worked on another machine, not tried here');
    case 'cpu_only_build':
      return trans.__('CPU build');
    case 'gpu_hidden':
      return here
        ? trans.__('%1 sees no GPU', framework)
        : trans.__('%1 saw no GPU on another machine', framework);
    case 'gpu_broken':
      return here
        ? trans.__('%1 fails on the GPU', framework)
        : trans.__('%1 failed on the GPU of another machine', framework);
    case 'missing':
      return trans.__('%1 is missing', framework);
    case 'timeout':
      return trans.__('%1 gave no answer in time', framework);
    case 'crashed':
      return trans.__('%1 crashed', framework);
  }
}

/** Where nothing was tried: what it is built for. */
export function buildTitle(
  build: Environment['accelerator'],
  target: Choice | null,
  trans: TranslationBundle
): string | null {
  switch (build) {
    case 'cuda':
      return trans.__('CUDA build, not tried');
    case 'cpu':
      return trans.__('CPU build');
    case null:
      // A machine's CUDA says nothing of packages that have nothing to do with it.
      return target?.gpu_required !== true || target.cuda_major === null
        ? null
        : trans.__('made for CUDA %1, not tried', target.cuda_major);
  }
}
