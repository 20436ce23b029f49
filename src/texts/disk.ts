import type { TranslationBundle } from '@jupyterlab/translation';

import type { CleanItem, SourceState, TrackedFile } from '../types';
import { moment } from './numbers';

/** When an environment was last used, for people; where nobody knows, that. */
export function lastUsed(time: string | null, trans: TranslationBundle): string {
  return time === null ? trans.__('not known') : moment(time);
}

/** What can be cleaned up, as a title above its list. */
export function cleanKind(kind: CleanItem['kind'], trans: TranslationBundle): string {
  switch (kind) {
    case 'package':
      return trans.__('Cached packages');
    case 'generation':
      return trans.__('Earlier generations');
    case 'unfinished':
      return trans.__('Builds that were not finished');
    case 'trash':
      return trans.__('Removed already');
    case 'temporary':
      return trans.__('Temporary files');
    case 'lease':
      return trans.__('Signs of processes that ended');
  }
}

/** How a file stands to the last commit. */
export function gitState(state: TrackedFile['state'], trans: TranslationBundle): string {
  switch (state) {
    case 'committed':
      return trans.__('committed');
    case 'changed':
      return trans.__('changed since HEAD');
    case 'added':
      return trans.__('not committed yet');
    case 'untracked':
      return trans.__('not in Git');
    case 'ignored':
      return trans.__('ignored by Git');
    case 'missing':
      return trans.__('removed since HEAD');
  }
}

/** What Git has to say of an environment's file; null where it has nothing to do with it. */
export function gitTitle(state: SourceState, trans: TranslationBundle): string | null {
  switch (state.checkout) {
    case 'found':
      return null; // each file has its own state
    case 'refused':
      return trans.__('Git does not read this checkout: it belongs to another user');
    case 'failed':
      return trans.__('Git could not read this checkout');
    case 'none':
    case 'no_git':
      return null;
  }
}
