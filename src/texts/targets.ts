import type { TranslationBundle } from '@jupyterlab/translation';

import type { Choice, Reason } from '../types';
import { REASONS } from '../generated/texts';
import { say } from './problems';

/** Why a target was chosen, or does not fit. */
export function reasonText(reason: Reason, trans: TranslationBundle): string {
  return say(REASONS[reason.code], reason.params, trans) ?? reason.message;
}

/** What an environment is made for, and why. */
export function targetReasons(choice: Choice, trans: TranslationBundle): string[] {
  return choice.reasons.map(one => reasonText(one, trans));
}
