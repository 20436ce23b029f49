import type { TranslationBundle } from '@jupyterlab/translation';

import type { Drift, Verdict } from '../types';
import { DRIFT, type Text } from '../generated/texts';
import { moment } from './numbers';
import { say } from './problems';

/** The worst difference in a few words, for a badge; the sentences are the verdicts' own. */
const SHORT: Readonly<Record<string, Text>> = {
  pip_replaced_conda: trans => trans.__('pip replaced a conda package'),
  two_versions: trans => trans.__('two versions lie over each other'),
  file_missing: trans => trans.__('files are gone'),
  file_edited: trans => trans.__('files were changed by hand'),
  removed: trans => trans.__('a package was removed'),
  version_changed: trans => trans.__('a package has another version'),
  conda_replaced_pip: trans => trans.__('conda replaced a pip package'),
  build_changed: trans => trans.__('a package has another build'),
  hash_mismatch: trans => trans.__('a package is not the locked one'),
  editable: trans => trans.__('an editable install'),
  pip_local: trans => trans.__('pip installed from a folder or address'),
  added_by_conda: trans => trans.__('conda installed a package'),
  pip_added: trans => trans.__('pip installed a package'),
  unowned_files: trans => trans.__('files that belong to no package')
};

/** One difference, in a sentence. */
export function verdictText(verdict: Verdict, trans: TranslationBundle): string {
  return say(DRIFT[verdict.code], verdict.params, trans) ?? verdict.message;
}

/** What was changed, for a badge: the worst of it, and how much more there is. */
export function driftTitle(drift: Drift, trans: TranslationBundle): string {
  const worst = say(SHORT[drift.worst ?? ''], {}, trans) ?? trans.__('it was changed');
  const more = drift.count - 1;
  return more > 0
    ? trans._n('Changed: %2, and %1 more', 'Changed: %2, and %1 more', more, worst)
    : trans.__('Changed: %1', worst);
}

/** The same where a person has decided to live with it. */
export function keptTitle(drift: Drift, trans: TranslationBundle): string {
  return trans._n('Kept with %1 change', 'Kept with %1 changes', drift.count);
}

/** When it was compared with its lock, and how closely; null where it was not. */
export function lookedAt(drift: Drift, trans: TranslationBundle): string | null {
  if (drift.checked_at === null) {
    return null;
  }
  const when = moment(drift.checked_at);
  return drift.level === 'content'
    ? trans.__('Every file compared with the lock: %1', when)
    : trans.__('Packages compared with the lock: %1', when);
}
