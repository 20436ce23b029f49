import type { TranslationBundle } from '@jupyterlab/translation';

import { EnvsError, Unreachable } from '../client';
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
