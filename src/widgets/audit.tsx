import type { TranslationBundle } from '@jupyterlab/translation';
import { historyIcon, ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { Audit, type AuditActions } from '../components/Audit';
import { Translation } from '../components/context';
import { AuditModel, type EnvironmentsModel } from '../model';
import type { Question } from '../past';
import { offset } from '../texts';
import { refusalOf } from './reason';

/** The view "What ran when": the model's state as properties, clicks as commands. */
export class AuditView extends ReactWidget {
  readonly audit: AuditModel;

  /**
   * @param notebook - the notebook that a person seems to mean now
   */
  constructor(
    private readonly _model: EnvironmentsModel,
    private readonly _actions: AuditActions,
    private readonly _notebook: () => string | null,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-envs-audit';
    this.addClass('jp-Envs');
    this.title.label = _trans.__('What ran when');
    this.title.icon = historyIcon;
    this.title.closable = true;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.label);
    this.audit = new AuditModel(_model.client);
    this.audit.changed.connect(this._onChanged, this);
    this._model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onChanged, this);
    this.audit.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  /** Ask what is given; what is not given is any. */
  ask(question: Partial<Question>): Promise<void> {
    return this.audit.ask({ when: '', notebook: '', digest: '', ...question });
  }

  protected override render(): React.JSX.Element {
    const { question, moment, busy, answer, digests, error } = this.audit;
    const { verifying, faults, faultsError } = this.audit;
    return (
      <Translation.Provider value={this._trans}>
        <Audit
          question={question}
          moment={moment}
          notebook={this._notebook()}
          zone={`${Intl.DateTimeFormat().resolvedOptions().timeZone} (${offset(new Date().toISOString())})`}
          busy={busy}
          answer={answer}
          digests={digests}
          error={refusalOf(error, this._trans)}
          store={this._model.info?.envs_dir ?? null}
          root={this._model.info?.root_dir ?? null}
          verifying={verifying}
          faults={faults}
          faultsError={refusalOf(faultsError, this._trans)}
          actions={this._actions}
          onAsk={(asked, at) => void this.audit.ask(asked, at)}
          onVerify={() => void this.audit.verify()}
        />
      </Translation.Provider>
    );
  }

  private _onChanged(): void {
    this.update();
  }
}
