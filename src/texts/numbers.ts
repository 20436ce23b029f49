const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of 1000 as disks are sold. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit >= 3 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ''}`;
}

/** A moment of ISO 8601 in the person's own time and form, to the minute. */
export function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The time of day of a moment, to the second. */
export function clock(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleTimeString(undefined, { timeStyle: 'medium' });
}
