import type { PastEvent } from './types';

/** Kernels of one generation that were started on one day. */
export interface Starts {
  generation: number | null;
  count: number;
  notebooks: readonly string[];
  /** Whether it was no longer what its lock says at one of them. */
  drifted: boolean;
  /** When the last of them was. */
  time: string;
}

/** What happened on a day, newest first. */
export interface Day {
  /** Midnight of the day here, as ISO 8601. */
  date: string;
  events: readonly PastEvent[];
  starts: readonly Starts[];
}

/** A generation that can be compared, on the disk still or known from its lock alone. */
export interface Choice {
  number: number;
  created: string;
  current: boolean;
}

/** What a person asks: a local time as a field of the browser gives it, empty for now. */
export interface Question {
  when: string;
  notebook: string;
  digest: string;
}

/** A time of this browser's clock, with its offset. */
export interface LocalMoment {
  iso: string;
  /** The clock showed it twice (`other` is the later one), or never, since it was changed. */
  note: 'ambiguous' | 'skipped' | null;
  other: string | null;
}
