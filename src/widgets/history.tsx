import type { TranslationBundle } from '@jupyterlab/translation';
import { historyIcon, ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { Translation } from '../components/context';
import { History } from '../components/History';
import { days, type EnvironmentsModel, HistoryModel, SHOWN } from '../model';
import type { Starts } from '../past';
import { refusalOf } from './reason';

/** The history of one environment, which may be gone; kept up to date while it is open. */
export class HistoryView extends ReactWidget {
  readonly history: HistoryModel;
  private _mark = '';

  /**
   * @param audit - show what ran at a moment
   */
  constructor(
    private readonly _model: EnvironmentsModel,
    readonly slug: string,
    private readonly _audit: (starts: Starts) => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = `jupyter-envs-history-${slug}`;
    this.addClass('jp-Envs');
    this.title.icon = historyIcon;
    this.title.closable = true;
    this.title.label = _trans.__('History of %1', this._name);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.label);
    this.history = new HistoryModel(_model.client, slug, () => _model.info?.envs_dir ?? null);
    this.history.changed.connect(this._onAnswer, this);
    this._model.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onChanged, this);
    this.history.changed.disconnect(this._onAnswer, this);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { events, choices, a, b, difference, error, refusal } = this.history;
    return (
      <Translation.Provider value={this._trans}>
        <History
          name={this._name}
          exists={this._model.environments.some(one => one.slug === this.slug)}
          days={events && days(events)}
          cut={events && events.length >= SHOWN ? SHOWN : null}
          choices={choices}
          a={a}
          b={b}
          difference={difference}
          error={refusalOf(error, this._trans)}
          refusal={refusalOf(refusal, this._trans)}
          onCompare={(from, to) => void this.history.compare(from, to)}
          onAudit={this._audit}
        />
      </Translation.Provider>
    );
  }

  private get _name(): string {
    return this._model.environments.find(one => one.slug === this.slug)?.name ?? this.slug;
  }

  /** Ask anew once for each state of the environment. */
  private _onChanged(): void {
    const found = this._model.environments.find(one => one.slug === this.slug);
    const mark = JSON.stringify([found?.generation, found?.created, found?.processes]);
    if (this._model.ready && mark !== this._mark) {
      this._mark = mark;
      void this.history.refresh();
    }
  }

  private _onAnswer(): void {
    this.update();
  }
}
