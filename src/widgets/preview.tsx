import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { Translation } from '../components/context';

/** What a dialog shows, which may change while it is open. */
export class View {
  /** Draw it anew; while no dialog is open there is nothing to draw. */
  changed: () => void = () => undefined;

  constructor(readonly draw: () => React.JSX.Element) {}
}

/** Show what would happen; whether the person wants it. `warn`: something goes for good. */
export async function agreed(
  trans: TranslationBundle,
  title: string,
  view: View,
  label: string,
  warn = false
): Promise<boolean> {
  const yes = warn ? Dialog.warnButton({ label }) : Dialog.okButton({ label });
  const { button } = await showDialog({
    title,
    body: new Preview(trans, view),
    buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), yes],
    defaultButton: warn ? 0 : 1
  });
  return button.accept;
}

/** Show something that there is nothing to decide about. */
export async function shown(trans: TranslationBundle, title: string, view: View): Promise<void> {
  const buttons = [Dialog.cancelButton({ label: trans.__('Close') })];
  await showDialog({ title, body: new Preview(trans, view), buttons });
}

class Preview extends ReactWidget {
  constructor(
    private readonly _trans: TranslationBundle,
    private readonly _view: View
  ) {
    super();
    this.addClass('jp-Envs-dialog');
    this.addClass('jp-mod-preview');
    this._view.changed = () => this.update();
  }

  protected override render(): React.JSX.Element {
    return <Translation.Provider value={this._trans}>{this._view.draw()}</Translation.Provider>;
  }
}
