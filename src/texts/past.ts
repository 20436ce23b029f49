import type { TranslationBundle } from '@jupyterlab/translation';

import type { Fault, PastEvent } from '../types';

/** What happened to an environment, in a few words. */
export function pastTitle(event: PastEvent, trans: TranslationBundle): string {
  const number = event.generation ?? '?';
  switch (event.action) {
    case 'environment_created':
      return trans.__('Made: generation %1', number);
    case 'environment_updated':
      return trans.__('Updated: generation %1', number);
    case 'environment_rolled_back':
      return trans.__('Generation %1 made current', number);
    case 'environment_removed':
      return trans.__('Removed');
    case 'environment_archived':
      return trans.__('Archived: its files went, its lock is kept');
    case 'environment_recreated':
      return trans.__('Made again from its lock: generation %1', number);
    case 'environment_adopted':
      return trans.__('Adopted from another tool: generation %1', number);
    case 'drift_seen':
      return trans.__('Changed on the disk: it is no longer what its lock says');
    case 'drift_adopted':
      return trans.__('The change was adopted: generation %1', number);
    case 'drift_restored':
      return trans.__('Restored from its lock: generation %1', number);
    case 'drift_kept':
      return trans.__('The change was kept as it is');
    default:
      return event.action.replaceAll('_', ' ');
  }
}

/** Whether an environment was no longer what its lock says when a kernel was started. */
export function driftText(drift: string | null, trans: TranslationBundle): string {
  switch (drift) {
    case 'clean':
      return trans.__('none');
    case 'drifted':
      return trans.__('drifted');
    case 'kept':
      return trans.__('drifted, and kept so');
    default:
      return trans.__('not looked');
  }
}

/** Whether a kernel ran at the moment that was asked about. */
export function runningText(running: boolean | null, trans: TranslationBundle): string {
  switch (running) {
    case true:
      return trans.__('ran then');
    case false:
      return trans.__('had ended');
    case null:
      return trans.__('not known');
  }
}

/** Where the record does not hold, and why. */
export function faultText(fault: Fault, trans: TranslationBundle): string {
  switch (fault.code) {
    case 'torn':
      return trans.__('This is no complete line.');
    case 'broken':
      return trans.__('The line before it was changed or removed.');
    case 'newest_changed':
      return trans.__('The newest line was changed.');
    case 'newest_missing':
      return trans.__('The newest lines are missing.');
    case 'chain_missing':
      return trans.__('All lines of this machine are missing.');
    case 'head_missing':
      return trans.__('It is not recorded how far the lines of this machine go.');
    case 'lock_changed':
      return trans.__('Its packages are not those that its digest stands for.');
    case 'lock_missing':
      return trans.__('The record names this lock, and it is not kept.');
    default:
      return fault.reason;
  }
}
