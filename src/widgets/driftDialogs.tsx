import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { DriftReport } from '../client';
import { Translation } from '../components/context';
import { AdoptPreview, KeepPreview, NoAdoption, RestorePreview } from '../components/DriftPreviews';

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
    await showDialog({
      title,
      body: new Preview(trans, () => <NoAdoption report={report} />),
      buttons: [Dialog.cancelButton({ label: trans.__('Close') })]
    });
    return null;
  }
  let writes = file !== null;
  const body = new Preview(trans, () => (
    <AdoptPreview
      report={report}
      file={file}
      writes={writes}
      onWrites={chosen => {
        writes = chosen;
        body.update();
      }}
    />
  ));
  return (await agreed(trans, title, body, trans.__('Adopt'))) ? { writesFile: writes } : null;
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
  const body = new Preview(trans, () => <RestorePreview report={known} look={look} />);
  const show = (found: DriftReport, how: typeof look): void => {
    known = found;
    look = how;
    body.update();
  };
  void whole.then(
    found => show(found, 'done'),
    () => show(report, 'failed')
  );
  const title = trans.__('Restore %1 from its lock?', report.name);
  return agreed(trans, title, body, trans.__('Restore'));
}

/** Show what keeping means. */
export function confirmKeep(trans: TranslationBundle, report: DriftReport): Promise<boolean> {
  const title = trans.__('Keep %1 as it is?', report.name);
  const body = new Preview(trans, () => <KeepPreview report={report} />);
  return agreed(trans, title, body, trans.__('Keep'));
}

async function agreed(
  trans: TranslationBundle,
  title: string,
  body: Preview,
  label: string
): Promise<boolean> {
  const buttons = [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label })];
  return (await showDialog({ title, body, buttons })).button.accept;
}

/** A dialog's body that is drawn anew as more is known. */
class Preview extends ReactWidget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _draw: () => React.JSX.Element
  ) {
    super();
    this.addClass('jp-Envs-dialog');
    this.addClass('jp-mod-preview');
  }

  protected override render(): React.JSX.Element {
    return <Translation.Provider value={this._trans}>{this._draw()}</Translation.Provider>;
  }
}
