import type { TranslationBundle } from '@jupyterlab/translation';

import { EnvsError, type Problem, Unreachable } from '../client';
import { messageOf } from '../texts';

/** One sentence of why something could not be done. */
export function reasonOf(error: unknown, trans: TranslationBundle): string {
  if (error instanceof EnvsError) {
    return messageOf(error.problem, trans);
  }
  if (error instanceof Unreachable) {
    return trans.__('The server does not answer.');
  }
  return error instanceof Error ? error.message : String(error);
}

/** Why something could not be done, whole where the server says it; null where nothing is wrong. */
export function refusalOf(error: unknown, trans: TranslationBundle): Problem | string | null {
  if (error === null) {
    return null;
  }
  return error instanceof EnvsError ? error.problem : reasonOf(error, trans);
}
