import { localField, offsetOf, readLocal, withOffset } from '../../../src/model/moments';

// jest.config.js has set the clock to the time zone Europe/Berlin.

describe('a local time', () => {
  it('is sent with the offset that was in force then', () => {
    expect(readLocal('2026-11-18T15:00')).toEqual({
      iso: '2026-11-18T15:00:00+01:00',
      note: null,
      other: null
    });
    expect(readLocal('2026-07-18T15:00:30')?.iso).toBe('2026-07-18T15:00:30+02:00');
  });

  it('that was there twice is the earlier one, and the other is known', () => {
    expect(readLocal('2026-10-25T02:30')).toEqual({
      iso: '2026-10-25T02:30:00+02:00',
      note: 'ambiguous',
      other: '2026-10-25T02:30:00+01:00'
    });
    expect(readLocal('2026-10-25T03:00')?.note).toBeNull();
    expect(readLocal('2026-10-25T01:59')?.note).toBeNull();
  });

  it('that never was is told', () => {
    expect(readLocal('2026-03-29T02:30')).toMatchObject({ note: 'skipped' });
    expect(readLocal('2026-03-29T03:00')).toMatchObject({ note: null });
  });

  it.each(['', 'yesterday'])('is none: %j', text => {
    expect(readLocal(text)).toBeNull();
  });
});

describe('a moment', () => {
  it('is given to a field and to a server as the clock here shows it', () => {
    const time = new Date('2026-11-18T14:05:09Z');
    expect(localField(time)).toBe('2026-11-18T15:05');
    expect(withOffset(time)).toBe('2026-11-18T15:05:09+01:00');
    expect(offsetOf(time)).toBe('+01:00');
  });
});
