import type { LocalMoment } from '../past';

const HOUR_MS = 3600 * 1000;
/** No clock is changed by more. */
const CHANGE_MS = [HOUR_MS / 2, HOUR_MS, 2 * HOUR_MS];

/** Read what a field for local times holds, "2026-11-18T15:00"; null where it is empty. */
export function readLocal(text: string): LocalMoment | null {
  const time = new Date(text);
  if (text === '' || Number.isNaN(time.getTime())) {
    return null;
  }
  const wanted = wallClock(time);
  if (!wanted.startsWith(text)) {
    return { iso: withOffset(time), note: 'skipped', other: null };
  }
  const twins = CHANGE_MS.flatMap(by => [-by, by].map(step => new Date(time.getTime() + step)));
  const twin = twins.find(one => wallClock(one) === wanted);
  if (twin === undefined) {
    return { iso: withOffset(time), note: null, other: null };
  }
  const [first, second] = twin < time ? [twin, time] : [time, twin];
  return { iso: withOffset(first), note: 'ambiguous', other: withOffset(second) };
}

/** A moment as ISO 8601 with this browser's offset then, to the second. */
export function withOffset(time: Date): string {
  return `${wallClock(time)}${offsetOf(time)}`;
}

/** This browser's offset from UTC at a moment, as "+01:00". */
export function offsetOf(time: Date): string {
  const minutes = -time.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** What a field for local times is given: to the minute. */
export function localField(time: Date): string {
  return wallClock(time).slice(0, 16);
}

function wallClock(time: Date): string {
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
