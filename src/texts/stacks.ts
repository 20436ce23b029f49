import type { TranslationBundle } from '@jupyterlab/translation';

import type { Choice, Stack, StackTarget } from '../types';
import { reasonText, targetReasons } from './targets';

/** What an environment of the stack would be made for on this machine. */
export function stackTarget(stack: Stack, choice: Choice, trans: TranslationBundle): string {
  const chosen = stack.targets.find(one => one.id === stack.target);
  return chosen ? targetTitle(chosen, choice, trans) : trans.__('Does not fit this machine');
}

/** One of its targets, in a few words. */
export function targetTitle(target: StackTarget, choice: Choice, trans: TranslationBundle): string {
  if (target.accelerator === 'cpu') {
    return trans.__('For the CPU');
  }
  return target.accelerator === 'cuda' && choice.cuda_major !== null
    ? trans.__('For the GPU: CUDA %1', choice.cuda_major)
    : trans.__('For the GPU');
}

/** Why it is that one: what speaks for it, or what speaks against the others. */
export function stackReasons(stack: Stack, choice: Choice, trans: TranslationBundle): string[] {
  const chosen = stack.targets.find(one => one.id === stack.target);
  const own = (chosen?.reasons ?? []).map(one => reasonText(one, trans));
  if (chosen && chosen.accelerator !== 'cpu') {
    return [...targetReasons(choice, trans), ...own];
  }
  const against = stack.targets
    .filter(one => !one.fits)
    .flatMap(one => one.reasons.map(reason => reasonText(reason, trans)))
    .map(text => (chosen ? trans.__('Not for the GPU here. %1', text) : text));
  return [...new Set([...own, ...against])];
}

/** How far it was tried before it was handed out. */
export function maturityText(stack: Stack, trans: TranslationBundle): string {
  if (stack.origin !== 'shipped') {
    return originText(stack, trans);
  }
  return stack.maturity === 'deep'
    ? trans.__('made and run in our tests')
    : trans.__('solved in our tests, not run');
}

/** Where it comes from. */
export function originText(stack: Stack, trans: TranslationBundle): string {
  switch (stack.origin) {
    case 'shipped':
      return trans.__('comes with this extension');
    case 'package':
      return trans.__('comes with an installed package');
    case 'site':
      return trans.__('from your administrator');
    case 'user':
      return trans.__('your own');
    case 'url':
      return trans.__('from an address that is set here');
  }
}
