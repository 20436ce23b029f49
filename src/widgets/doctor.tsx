import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { bugIcon, ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { DoctorReport, FixAction } from '../client';
import { Translation } from '../components/context';
import { Doctor } from '../components/Doctor';
import { DoctorModel, type EnvironmentsModel } from '../model';
import { reportText } from '../texts';
import { refusalOf } from './reason';

/** The doctor's page. */
export class DoctorView extends ReactWidget {
  readonly doctor: DoctorModel;
  private _copied: DoctorReport | null = null;

  /** @param _fix - does what a finding says; resolves when there may be something new */
  constructor(
    private readonly _model: EnvironmentsModel,
    private readonly _fix: (action: FixAction, subject: string | null) => Promise<unknown>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-envs-doctor';
    this.addClass('jp-Envs');
    this.title.label = _trans.__('Doctor');
    this.title.icon = bugIcon;
    this.title.closable = true;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.label);
    this.doctor = new DoctorModel(_model.client);
    this.doctor.changed.connect(this._onChanged, this);
    this._model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onChanged, this);
    this.doctor.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { environment, report, busy, error } = this.doctor;
    const { environments, info } = this._model;
    return (
      <Translation.Provider value={this._trans}>
        <Doctor
          environments={environments}
          environment={environment}
          report={report}
          busy={busy}
          error={refusalOf(error, this._trans)}
          locked={info?.writable !== true}
          copied={report !== null && report === this._copied}
          onAsk={asked => void this.doctor.ask(asked, true)}
          onCopy={shown => this._copy(shown)}
          onFix={(action, subject) => void this._mend(action, subject)}
        />
      </Translation.Provider>
    );
  }

  private _copy(report: DoctorReport): void {
    Clipboard.copyToSystem(reportText(report, this._trans));
    this._copied = report;
    this.update();
  }

  private async _mend(action: FixAction, subject: string | null): Promise<void> {
    await this._fix(action, subject);
    if (!this.isDisposed) {
      await this.doctor.ask(this.doctor.environment, true);
    }
  }

  private _onChanged(): void {
    this.update();
  }
}
