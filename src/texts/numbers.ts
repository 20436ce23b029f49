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

/**
 * The language to write times in: the one that JupyterLab speaks, which it gives its page, in the
 * form of the person's own country where the browser names one of that language.
 */
export function language(): string | undefined {
  const page = document.documentElement.lang.replace('_', '-');
  const mine = navigator.languages.find(one => base(one) === base(page));
  return page === '' ? undefined : page.includes('-') ? page : (mine ?? page);
}

function base(tag: string): string {
  return tag.split('-', 1)[0]?.toLowerCase() ?? '';
}

/** A moment of ISO 8601 in the person's own time, to the minute. */
export function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
}

/** The day of a moment, in the person's own form. */
export function day(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleDateString(language(), {
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric'
      });
}

/** A moment's distance from UTC on this browser's clock, as "UTC+01:00". */
export function offset(text: string): string {
  const minutes = -new Date(text).getTimezoneOffset();
  const size = Math.abs(minutes);
  const [hours, rest] = [Math.floor(size / 60), size % 60].map(n => String(n).padStart(2, '0'));
  return `UTC${minutes < 0 ? '-' : '+'}${hours ?? ''}:${rest ?? ''}`;
}

/** The time of day of a moment, to the second. */
export function clock(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime())
    ? text
    : time.toLocaleTimeString(language(), { timeStyle: 'medium' });
}
