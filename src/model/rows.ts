import { ENDED, type Environment, type Operation } from '../types';

/** One line of the list: an environment, one that is being made, or one that was not made. */
export interface Row {
  /** The slug; the name as written while there is no environment yet. */
  key: string;
  name: string;
  environment: Environment | null;
  /** What works on it now. */
  operation: Operation | null;
  /** How the last thing that was tried went wrong, until somebody has seen it. */
  failed: Operation | null;
}

/** Verbs that change no environment: their operations are nobody's row. */
const ASIDE = ['plan', 'clean', 'lock'];

/** It changes nothing. */
const PROBE = 'probe';

/** How long a failure is worth telling to somebody who was not there. */
const TOLD_FOR_MS = 24 * 3600 * 1000;

/**
 * The lines of the list, by name.
 *
 * @param operations - newest first
 * @param dismissed - ids of failures that somebody has seen
 * @param now - milliseconds since the epoch
 */
export function rows(
  environments: readonly Environment[],
  operations: readonly Operation[],
  dismissed: ReadonlySet<string>,
  now: number
): Row[] {
  const latest = new Map<string, Operation[]>();
  for (const one of operations.filter(other => !ASIDE.includes(other.verb))) {
    const key = keyOf(one.name, environments);
    const known = latest.get(key) ?? [];
    // A probe may go on beside an operation that changes something, and says nothing of it.
    if (known.every(other => (other.verb === PROBE) !== (one.verb === PROBE))) {
      latest.set(key, [...known, one]);
    }
  }
  const made = environments.map(environment =>
    row(environment.slug, environment, latest.get(environment.slug) ?? [], dismissed, now)
  );
  const known = new Set(environments.map(one => one.slug));
  const others = [...latest]
    .filter(([key]) => !known.has(key))
    .map(([key, found]) => row(key, null, found, dismissed, now))
    .filter(one => one.operation ?? one.failed);
  return [...made, ...others].sort((a, b) => a.name.localeCompare(b.name));
}

/** What goes on of a verb that is nobody's row, and how it went wrong. */
export function aside(
  verb: string,
  operations: readonly Operation[],
  dismissed: ReadonlySet<string>,
  now: number
): Pick<Row, 'operation' | 'failed'> {
  return row(verb, null, operations.filter(one => one.verb === verb).slice(0, 1), dismissed, now);
}

function row(
  key: string,
  environment: Environment | null,
  latest: readonly Operation[],
  dismissed: ReadonlySet<string>,
  now: number
): Row {
  // What changes something comes first, and what tries something after it.
  const found = [...latest].sort((a, b) => Number(a.verb === PROBE) - Number(b.verb === PROBE));
  return {
    key,
    name: environment?.name ?? found[0]?.name ?? key,
    environment,
    operation: found.find(one => !ENDED.includes(one.state)) ?? null,
    failed: found.find(one => wentWrong(one, now) && !dismissed.has(one.id)) ?? null
  };
}

function wentWrong(operation: Operation, now: number): boolean {
  return (
    (operation.state === 'failed' || operation.state === 'interrupted') &&
    now - Date.parse(operation.updated) < TOLD_FOR_MS
  );
}

/** A create is told by the name as written, an update by the slug. */
function keyOf(name: string, environments: readonly Environment[]): string {
  return environments.find(one => one.slug === name || one.name === name)?.slug ?? name;
}
