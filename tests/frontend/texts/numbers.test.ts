import { bytes, clock, moment } from '../../../src/texts';

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1499, '1 kB'],
    [999_400, '999 kB'],
    [999_600, '1 MB'],
    [512_000_000, '512 MB'],
    [999_700_000, '1.0 GB'],
    [1_234_000_000, '1.2 GB'],
    [99_940_000_000, '99.9 GB'],
    [99_960_000_000, '100 GB'],
    [123_400_000_000, '123 GB'],
    [1_500_000_000_000, '1.5 TB'],
    [5_000_000_000_000_000, '5000 TB']
  ])('%s are %s', (count, wanted) => {
    expect(bytes(count)).toBe(wanted);
  });
});

describe('the language of times', () => {
  const { languages } = navigator;

  afterEach(() => {
    document.documentElement.lang = '';
    Object.defineProperty(navigator, 'languages', { value: languages, configurable: true });
  });

  it.each([
    ['de', ['en-GB', 'en'], '18.11.2026'],
    ['fr-FR', ['en-GB'], '18 nov. 2026'],
    ['zh_CN', ['en-GB'], '2026年11月18日'],
    // In JupyterLab's language, as it is written in the person's country.
    ['en', ['de', 'en-GB'], '18 Nov 2026'],
    ['en', ['de', 'en-US'], 'Nov 18, 2026'],
    ['en', ['de'], 'Nov 18, 2026']
  ])('is %s in a browser of %s', (lang, mine, wanted) => {
    document.documentElement.lang = lang;
    Object.defineProperty(navigator, 'languages', { value: mine, configurable: true });
    expect(moment('2026-11-18T12:00:00Z')).toContain(wanted);
  });
});

describe('a moment', () => {
  // The form is the person's own: what is tested is which moment it is.
  const shown = (options: Intl.DateTimeFormatOptions): string =>
    new Date(Date.UTC(2026, 10, 18, 14, 5, 9)).toLocaleString(undefined, options);

  it('is told in the time of the person, to the minute', () => {
    const wanted = shown({ dateStyle: 'medium', timeStyle: 'short' });
    expect(moment('2026-11-18T15:05:09.123+01:00')).toBe(wanted);
    expect(moment('2026-11-18T14:05:09Z')).toBe(wanted);
    expect(wanted).toContain('2026');
  });

  it('of the day is told to the second', () => {
    expect(clock('2026-11-18T15:05:09+01:00')).toBe(
      new Date(Date.UTC(2026, 10, 18, 14, 5, 9)).toLocaleTimeString(undefined, {
        timeStyle: 'medium'
      })
    );
    expect(clock('2026-11-18T15:05:09+01:00')).toContain('05:09');
  });

  it('that is none is shown as it is', () => {
    expect(moment('long ago')).toBe('long ago');
    expect(clock('long ago')).toBe('long ago');
  });
});
