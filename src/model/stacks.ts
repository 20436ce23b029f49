import { Signal } from '@lumino/signaling';

import type { EnvsClient, Stacks } from '../client';

/** The stacks that can be made from here; looked for anew whenever somebody wants to choose. */
export class StacksModel {
  readonly changed = new Signal<this, void>(this);

  /** Null until they have come. */
  found: Stacks | null = null;
  error: unknown = null;

  constructor(private readonly _client: EnvsClient) {}

  async refresh(): Promise<void> {
    try {
      this.found = await this._client.stacks();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.changed.emit();
  }
}
