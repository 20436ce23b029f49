import { Signal } from '@lumino/signaling';

import {
  type Difference,
  type EnvsClient,
  EnvsError,
  type Generation,
  type PastEvent
} from '../client';
import type { Choice, Day, Starts } from '../past';

/** So many of the newest lines; nobody reads more, and the server may have a million. */
export const SHOWN = 2000;

const STARTED = 'kernel_started';

/** The days on which something happened, newest first. */
export function days(events: readonly PastEvent[]): Day[] {
  const found = new Map<string, PastEvent[]>();
  for (const event of [...events].reverse()) {
    const time = new Date(event.time);
    if (!Number.isNaN(time.getTime())) {
      const date = new Date(time.getFullYear(), time.getMonth(), time.getDate()).toISOString();
      found.set(date, [...(found.get(date) ?? []), event]);
    }
  }
  return [...found].map(([date, all]) => ({
    date,
    events: all.filter(one => one.action !== STARTED),
    starts: startsOf(all.filter(one => one.action === STARTED))
  }));
}

/** Starts of kernels, newest first, one line for each generation. */
function startsOf(events: readonly PastEvent[]): Starts[] {
  const found = new Map<number | null, PastEvent[]>();
  for (const event of events) {
    const generation = event.generation ?? null;
    found.set(generation, [...(found.get(generation) ?? []), event]);
  }
  return [...found].map(([generation, all]) => ({
    generation,
    count: all.length,
    notebooks: [...new Set(all.flatMap(one => one.notebook ?? []))],
    drifted: all.some(one => one.drift === 'drifted'),
    time: all[0]?.time ?? ''
  }));
}

/** What can be compared, newest first: those of the list, and those that are gone meanwhile. */
export function choices(
  generations: readonly Generation[],
  events: readonly PastEvent[]
): Choice[] {
  const found = new Map<number, Choice>();
  for (const { generation, lock_digest: digest, time, action } of events) {
    if (typeof generation === 'number' && digest && action !== STARTED && !found.has(generation)) {
      found.set(generation, { number: generation, created: time, current: false });
    }
  }
  for (const { number, created, current } of generations) {
    found.set(number, { number, created, current });
  }
  return [...found.values()].sort((a, b) => b.number - a.number);
}

/** The past of one environment, and what is different between two of its generations. */
export class HistoryModel {
  readonly changed = new Signal<this, void>(this);

  /** Null until they have come. */
  events: readonly PastEvent[] | null = null;
  choices: readonly Choice[] = [];
  /** Why there is no history. */
  error: unknown = null;
  a: number | null = null;
  b: number | null = null;
  difference: Difference | null = null;
  /** Why there is no comparison. */
  refusal: unknown = null;

  constructor(
    private readonly _client: EnvsClient,
    /** The environment's slug: it may be gone. */
    readonly slug: string,
    /** The folder of this server's environments; one of the same name elsewhere is another. */
    private readonly _store: () => string | null
  ) {}

  async refresh(): Promise<void> {
    try {
      const [events, generations] = await Promise.all([
        this._client.ledger({ environment: this.slug, limit: SHOWN }),
        this._generations()
      ]);
      const store = this._store();
      this.events = events.filter(one => store === null || one.store === store);
      this.choices = choices(generations, this.events);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
    this.changed.emit();
    const known = this.choices.map(one => one.number);
    if (this.error === null && !(known.includes(this.a ?? -1) && known.includes(this.b ?? -1))) {
      await this._compareLatest();
    }
  }

  /** Compare two generations: from `a` to `b`. */
  async compare(a: number, b: number): Promise<void> {
    Object.assign(this, { a, b, difference: null, refusal: null });
    this.changed.emit();
    const isWanted = (): boolean => this.a === a && this.b === b;
    try {
      const found = await this._client.diff(`${this.slug}@${a}`, `${this.slug}@${b}`);
      if (isWanted()) {
        this.difference = found;
      }
    } catch (error) {
      if (isWanted()) {
        this.refusal = error;
      }
    }
    this.changed.emit();
  }

  private async _generations(): Promise<readonly Generation[]> {
    try {
      return (await this._client.environment(this.slug)).generations;
    } catch (error) {
      if (error instanceof EnvsError && error.status === 404) {
        return []; // it is gone: what is recorded stays
      }
      throw error;
    }
  }

  /** The current one with the one before it: that is what people ask first. */
  private async _compareLatest(): Promise<void> {
    const to = this.choices.find(one => one.current) ?? this.choices[0];
    const from = this.choices.find(one => to !== undefined && one.number < to.number);
    const next = this.choices.find(one => one !== to);
    if (to && (from ?? next)) {
      await this.compare((from ?? next ?? to).number, to.number);
    }
  }
}
