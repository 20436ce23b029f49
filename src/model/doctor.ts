import { Signal } from '@lumino/signaling';

import type { DoctorReport, EnvsClient } from '../client';

/** What the doctor says of the machine, or of one environment. */
export class DoctorModel {
  readonly changed = new Signal<this, void>(this);

  /** The slug of what was asked about; null for the machine alone. */
  environment: string | null = null;
  report: DoctorReport | null = null;
  busy = false;
  error: unknown = null;

  private _asked = 0;

  constructor(private readonly _client: EnvsClient) {}

  /** @param fresh - not what was found a moment ago */
  async ask(environment: string | null, fresh = false): Promise<void> {
    const number = ++this._asked;
    const isOther = environment !== this.environment;
    Object.assign(this, { environment, busy: true, error: null });
    if (isOther) {
      this.report = null; // it is about something else
    }
    this.changed.emit();
    const done = await this._client.doctor(environment, fresh).then(
      report => ({ report, error: null }),
      (error: unknown) => ({ error })
    );
    if (number === this._asked) {
      Object.assign(this, done, { busy: false });
      this.changed.emit();
    }
  }
}
