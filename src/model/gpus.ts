import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import type { EnvsClient, Hardware, Holders } from '../client';

/** Who looks: the status bar, the panel, and somebody who has unfolded the machine in it. */
export type Watcher = 'item' | 'panel' | 'machine';

/** As often as the server itself asks its driver. */
const CLOSE_MS = 2_000;
/** The server's sampler goes to sleep ten seconds after a question, and is to have some of it. */
const GLANCE_MS = 20_000;
/** Where there is no GPU, only that one may come. */
const NOTHING_MS = 30_000;
const BACKOFF_MS = 60_000;

/** How the GPUs and the machine are, asked only while somebody looks at it. */
export class Gpus {
  readonly changed = new Signal<this, void>(this);

  /** Null before the first answer. */
  hardware: Hardware | null = null;
  /** Whose their memory is; asked for only where the panel is looked at. */
  holders: Holders | null = null;
  /** The server does not answer: this may be old. */
  isAway = false;

  private readonly _watchers = new Set<Watcher>();
  private readonly _poll: Poll;
  /** Milliseconds between two looks now; null while nobody looks. */
  private _pace: number | null = null;

  /** @param standby - when not to ask: while the page is hidden, unless told otherwise */
  constructor(
    private readonly _client: EnvsClient,
    standby: Poll.Standby = 'when-hidden'
  ) {
    this._poll = new Poll({
      name: 'jupyter_envs:gpus',
      factory: () => this._look(),
      frequency: { interval: CLOSE_MS, backoff: true, max: BACKOFF_MS },
      standby,
      auto: false
    });
  }

  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** Somebody begins to look, or looks away. */
  watch(who: Watcher, looks: boolean): void {
    if (this._poll.isDisposed || looks === this._watchers.has(who)) {
      return;
    }
    if (looks) {
      this._watchers.add(who);
    } else {
      this._watchers.delete(who);
    }
    const before = this._pace;
    this._keepPace();
    if (looks && this._pace !== null && (before === null || this._pace < before)) {
      void this._poll.refresh();
    }
  }

  /** Ask now, whoever looks. */
  async refresh(): Promise<void> {
    await this._look().catch(() => undefined);
  }

  private get _hasGpus(): boolean {
    return (this.hardware?.devices.length ?? 0) > 0;
  }

  private async _look(): Promise<void> {
    try {
      const hardware = await this._client.hardware();
      const isClose = this._watchers.has('panel') && hardware.devices.length > 0;
      const holders = isClose ? await this._client.holders() : null;
      Object.assign(this, { hardware, holders, isAway: false });
    } catch (error) {
      this.isAway = true;
      throw error; // the poll asks less often then
    } finally {
      this._keepPace();
      this.changed.emit();
    }
  }

  /** Ask as often as what is seen changes, and not at all where nothing is. */
  private _keepPace(): void {
    if (this._poll.isDisposed) {
      return;
    }
    this._pace = this._wanted();
    if (this._pace === null) {
      void this._poll.stop();
    } else {
      this._poll.frequency = { ...this._poll.frequency, interval: this._pace };
    }
  }

  private _wanted(): number | null {
    const { hardware } = this;
    if (this._watchers.size === 0) {
      return null;
    }
    if (hardware === null || hardware.state === 'waiting' || this._watchers.has('machine')) {
      return CLOSE_MS;
    }
    if (this._watchers.has('panel')) {
      return this._hasGpus ? CLOSE_MS : NOTHING_MS;
    }
    // The status bar shows nothing where there is no GPU.
    return this._hasGpus ? GLANCE_MS : null;
  }
}
