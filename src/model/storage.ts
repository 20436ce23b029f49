import type { Environment, EnvironmentStorage, EnvsClient, Storage } from '../client';

/** What takes how much space on the disk: what was measured last, until somebody measures. */
export class Storages {
  /** Null before an answer has come. */
  view: Storage | null = null;
  /** Every file is being looked at. */
  isMeasuring = false;
  private _isAsked = false;
  /** Environments that were measured for, since an earlier look did not know them. */
  private readonly _sought = new Set<string>();

  /** @param _changed - called when something that is shown is different */
  constructor(
    private readonly _client: EnvsClient,
    private readonly _changed: () => void
  ) {}

  /** What one environment takes; null where the last look did not know it. */
  of({ slug, archived }: Environment): EnvironmentStorage | null {
    const found = this.view?.by_environment.find(one => one.slug === slug);
    return found?.archived === archived ? found : null;
  }

  /** Somebody wants to see it: ask once for what was measured last. */
  async want(): Promise<void> {
    if (this._isAsked) {
      return;
    }
    this._isAsked = true;
    try {
      this._take(await this._client.storage(true));
    } catch {
      this._isAsked = false; // the next look asks again
    }
  }

  /** Somebody looks at an environment: where it is newer than the last look, look again, once. */
  async wantOf(environment: Environment): Promise<void> {
    await this.want();
    const mark = JSON.stringify([environment.slug, environment.created, environment.archived]);
    if (this._isOlder(environment) && !this._sought.has(mark) && !this.isMeasuring) {
      this._sought.add(mark);
      await this.measure().catch(() => undefined); // nobody has asked in so many words
    }
  }

  /** Look at every file now. */
  async measure(): Promise<void> {
    this._isAsked = true;
    this.isMeasuring = true;
    this._changed();
    try {
      this._take(await this._client.storage(false));
    } finally {
      this.isMeasuring = false;
      this._changed();
    }
  }

  /** Whether the last look was before its newest generation was there. */
  private _isOlder(environment: Environment): boolean {
    const { view } = this;
    return (
      view !== null &&
      (!this.of(environment) ||
        Date.parse(environment.created ?? '') > Date.parse(view.measured_at))
    );
  }

  private _take(view: Storage): void {
    // A measurement may be faster than the answer about an earlier one.
    const known = this.view === null ? 0 : Date.parse(this.view.measured_at);
    if (Date.parse(view.measured_at) >= known) {
      this.view = view;
      this._changed();
    }
  }
}
