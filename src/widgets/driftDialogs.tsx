import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { AdoptionPreview, DriftReport } from '../client';
import { AdoptPreview, KeepPreview, NoAdoption, RestorePreview } from '../components/DriftPreviews';
import { UnmanagedPreview } from '../components/UnmanagedPreview';
import { agreed, shown, View } from './preview';

/**
 * Show what adopting would do; null where the person turns back, or nothing can be adopted.
 *
 * @param file - the person's own file as they know it; null where it is not to be written
 */
export async function confirmAdopt(
  trans: TranslationBundle,
  report: DriftReport,
  file: string | null
): Promise<{ writesFile: boolean } | null> {
  const title = trans.__('Adopt what was changed in %1?', report.name);
  if (!report.adopt.possible) {
    await shown(trans, title, new View(() => <NoAdoption report={report} />));
    return null;
  }
  let writes = file !== null;
  const view = new View(() => (
    <AdoptPreview
      report={report}
      file={file}
      writes={writes}
      onWrites={chosen => {
        writes = chosen;
        view.changed();
      }}
    />
  ));
  return (await agreed(trans, title, view, trans.__('Adopt'))) ? { writesFile: writes } : null;
}

/**
 * Show what restoring would do.
 *
 * @param whole - what comes of a look at every file, which takes a while
 */
export async function confirmRestore(
  trans: TranslationBundle,
  report: DriftReport,
  whole: Promise<DriftReport>
): Promise<boolean> {
  let known = report;
  let look: 'looking' | 'done' | 'failed' = 'looking';
  const view = new View(() => <RestorePreview report={known} look={look} />);
  const show = (found: DriftReport, how: typeof look): void => {
    known = found;
    look = how;
    view.changed();
  };
  void whole.then(
    found => show(found, 'done'),
    () => show(report, 'failed')
  );
  const title = trans.__('Restore %1 from its lock?', report.name);
  return agreed(trans, title, view, trans.__('Restore'));
}

/** Show what keeping means. */
export function confirmKeep(trans: TranslationBundle, report: DriftReport): Promise<boolean> {
  const title = trans.__('Keep %1 as it is?', report.name);
  const view = new View(() => <KeepPreview report={report} />);
  return agreed(trans, title, view, trans.__('Keep'));
}

/** Show what becomes of an environment that another tool made; false where nothing can. */
export async function confirmAdoptUnmanaged(
  trans: TranslationBundle,
  found: AdoptionPreview
): Promise<boolean> {
  const view = new View(() => <UnmanagedPreview found={found} />);
  if (!found.possible) {
    await shown(trans, trans.__('%1 cannot be adopted', found.name), view);
    return false;
  }
  return agreed(trans, trans.__('Adopt %1?', found.name), view, trans.__('Adopt'));
}
