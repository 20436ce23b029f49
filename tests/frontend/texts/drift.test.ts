import { DRIFT } from '../../../src/generated/texts';
import { driftTitle, keptTitle, lookedAt, verdictText } from '../../../src/texts';
import { drift, verdict } from '../support/records';
import { english, marking } from '../support/translation';

describe('the texts of drift', () => {
  it.each(Object.keys(DRIFT))('have words of their own for a badge about %s', code => {
    const title = driftTitle(drift({ state: 'drifted', count: 1, worst: code }), english);
    expect(title).toMatch(/^Changed: [a-z ]+$/);
    expect(title).not.toContain('it was changed');
  });

  it.each(Object.keys(DRIFT))('have a translated sentence for %s', code => {
    expect(verdictText(verdict({ code }), marking)).toMatch(/^«.*»$/);
  });

  it('count what is kept', () => {
    expect(keptTitle(drift({ count: 1 }), english)).toBe('Kept with 1 change');
    expect(keptTitle(drift({ count: 3 }), english)).toBe('Kept with 3 changes');
  });

  it('say nothing of when where it was not looked at', () => {
    expect(lookedAt(drift({ checked_at: null }), english)).toBeNull();
  });
});
