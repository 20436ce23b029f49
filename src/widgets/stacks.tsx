import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { Choice, Stack } from '../client';
import { Translation } from '../components/context';
import { Stacks } from '../components/Stacks';
import { environmentsIcon } from '../icons';
import { type EnvironmentsModel, StacksModel } from '../model';
import { refusalOf } from './reason';

/** What a person can do with stacks. */
export interface StackActions {
  create(stack: Stack, choice: Choice): void;
  write(): void;
}

/** The page with all stacks. */
export class StacksView extends ReactWidget {
  readonly stacks: StacksModel;

  constructor(
    private readonly _model: EnvironmentsModel,
    private readonly _actions: StackActions,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-envs-stacks';
    this.addClass('jp-Envs');
    this.title.label = _trans.__('Stacks');
    this.title.icon = environmentsIcon;
    this.title.closable = true;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.label);
    this.stacks = new StacksModel(_model.client);
    this.stacks.changed.connect(this._onChanged, this);
    this._model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onChanged, this);
    this.stacks.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  /** A file of one's own may be there meanwhile, or a GPU. */
  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.stacks.refresh();
  }

  protected override render(): React.JSX.Element {
    const { found, error } = this.stacks;
    return (
      <Translation.Provider value={this._trans}>
        <Stacks
          found={found}
          error={refusalOf(error, this._trans)}
          locked={this._model.info?.writable !== true}
          onCreate={stack => found && this._actions.create(stack, found.choice)}
          onWrite={() => this._actions.write()}
        />
      </Translation.Provider>
    );
  }

  private _onChanged(): void {
    this.update();
  }
}
