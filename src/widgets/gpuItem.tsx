import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { Translation } from '../components/context';
import { GpuStatus } from '../components/GpuStatus';
import type { Gpus } from '../model';

/** The item of the status bar: what is known of the GPUs, in a few characters. */
export class GpuItem extends ReactWidget {
  constructor(
    private readonly _gpus: Gpus,
    private readonly _onOpen: () => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-envs-gpu-status';
    this._gpus.changed.connect(this._onChanged, this);
  }

  /** Whether there is anything to show. */
  get isActive(): boolean {
    return (this._gpus.hardware?.devices.length ?? 0) > 0;
  }

  override dispose(): void {
    this._gpus.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { hardware } = this._gpus;
    return (
      <Translation.Provider value={this._trans}>
        {hardware && this.isActive && (
          <GpuStatus hardware={hardware} onOpen={() => this._onOpen()} />
        )}
      </Translation.Provider>
    );
  }

  private _onChanged(): void {
    this.update();
  }
}
