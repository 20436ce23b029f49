import {
  eventText,
  failureTitle,
  fraction,
  phaseTitle,
  progressText,
  verbTitle
} from '../../../src/texts';
import { dictOfStrings, fields, format, python, room } from '../support/python';
import { event, operation } from '../support/records';
import { english, marking } from '../support/translation';

const WATCH = python('cli', 'watch.py');
const NOTES = dictOfStrings(WATCH, '_NOTES');
/** Verbs, and phases of theirs, that are nobody's row. */
const ASIDE = ['plan', 'lock'];
const TEXTS = room('operations') + room('engine');

/** Words between quotes that a pattern finds in the server's source, each once. */
function found(pattern: RegExp): string[] {
  return [...new Set([...TEXTS.matchAll(pattern)].map(([, word]) => word ?? ''))];
}

describe('a phase', () => {
  const phases = Object.keys(dictOfStrings(WATCH, '_PHASES'));

  it.each(phases)('%s has words', phase => {
    expect(phaseTitle(phase, english)).not.toBe(phase);
    expect(phaseTitle(phase, marking)).toBe(`«${phaseTitle(phase, english)}»`);
  });

  it('that is not known is told as it is', () => {
    expect(phaseTitle('quite_new', marking)).toBe('quite_new');
  });
});

describe('progress', () => {
  it.each<[number | null, number | null, string | null, string]>([
    [3, 12, 'packages', '3 of 12 packages'],
    [1_500_000, 20_000_000, 'bytes', '2 MB of 20 MB'],
    [3, null, 'packages', ''],
    [null, 12, 'packages', ''],
    [null, null, null, '']
  ])('%s of %s %s is "%s"', (done, total, unit, wanted) => {
    expect(progressText({ done, total, unit }, english)).toBe(wanted);
  });

  it.each(found(/[._]progress\([^)]*?"(\w+)"\)/g))('in %s is translated', unit => {
    const said = progressText({ done: 1, total: 2, unit }, marking);
    expect(said).toBe(unit === 'bytes' ? '«1 B of 2 B»' : `«1 of 2 «${unit}»»`);
  });
});

describe('a verb', () => {
  const verbs = found(/^class \w+\(msgspec\.Struct.* tag="(\w+)", tag_field="verb"/gm);

  it.each(verbs.filter(verb => !ASIDE.includes(verb)))('%s has words', verb => {
    expect(verbTitle(verb, marking)).toMatch(/^«\w.*»$/);
  });

  it('that is not known is told as it is', () => {
    expect(verbTitle('quite_new', marking)).toBe('quite_new');
  });
});

describe('a failure', () => {
  it.each([
    ['create', 'failed', '«Not created»'],
    ['update', 'failed', '«Not updated»'],
    ['remove', 'failed', '«Not removed»'],
    ['rollback', 'failed', '«Not rolled back»'],
    ['adopt', 'failed', '«Not adopted»'],
    ['repair', 'failed', '«Not restored»'],
    ['archive', 'failed', '«Not archived»'],
    ['recreate', 'failed', '«Not recreated»'],
    ['clean', 'failed', '«Not cleaned up»'],
    ['quite_new', 'failed', '«Failed»'],
    ['create', 'interrupted', '«Interrupted»']
  ] as const)('of %s, %s, has the title %s', (verb, state, title) => {
    expect(failureTitle(operation({ verb, state }), marking)).toBe(title);
  });
});

describe('a line of the log', () => {
  it.each(Object.entries(NOTES))('says what %s is about', (code, template) => {
    const params = Object.fromEntries(fields(template).map(name => [name, `<${name}>`]));
    const said = eventText(event(1, { code, params }), english) ?? '';
    expect(said).not.toBe(code);
    for (const value of Object.values(params)) {
      expect(said).toContain(value);
    }
    const words = (text: string): string =>
      text
        .toLowerCase()
        .replace(/[^a-z<>]+/g, ' ')
        .trim();
    expect(words(said)).toBe(words(format(template, params)));
  });

  it.each(Object.entries(NOTES).filter(([, template]) => !/^\{\w+\}$/.test(template)))(
    'is translated for %s',
    code => {
      expect(eventText(event(1, { code }), marking)).toMatch(/^«.+»$/);
    }
  );

  it.each(found(/(?:note|event)\(\s*"(\w+)"/g))('is there for %s, which is recorded', code => {
    const said = eventText(event(1, { code }), english);
    expect(said).not.toBe(code);
  });

  it('says how far a phase is', () => {
    const progress = { phase: 'download', done: 1, total: 4, unit: 'packages' };
    expect(eventText(event(1, progress), english)).toBe('Downloading: 1 of 4 packages');
    expect(eventText(event(1, { phase: 'solve' }), english)).toBe('Solving');
  });

  it('is none for what is nothing to a person', () => {
    expect(eventText(event(0, { code: 'submitted' }), english)).toBeNull();
  });

  it.each([
    ['started', '«Started»'],
    ['cancelling', '«Cancelling»'],
    ['succeeded', '«Done»']
  ])('says %s', (code, wanted) => {
    expect(eventText(event(1, { code, phase: 'ended' }), marking)).toBe(wanted);
  });

  it.each(['failed', 'cancelled', 'interrupted'])('says why it %s', code => {
    const room = { path: '/home', reason: 'full' };
    const params = { code: 'no_space', message: 'Full', params: room, hint: 'x' };
    expect(eventText(event(1, { code, params }), marking)).toBe(
      '«There is not enough disk space in /home: full»'
    );
    const unknown = { code: 'quite_new', message: 'Full' };
    expect(eventText(event(1, { code, params: unknown }), marking)).toBe('Full');
  });

  it('is the code where that is not known', () => {
    expect(eventText(event(1, { code: 'quite_new' }), marking)).toBe('quite_new');
  });
});

describe('the fraction', () => {
  it.each([
    [0, 10, 0],
    [5, 10, 0.5],
    [10, 10, 1],
    [11, 10, 1],
    [0, null, null],
    [null, 10, null],
    [null, null, null],
    [0, 0, null]
  ])('of %s of %s is %s', (done, total, wanted) => {
    expect(fraction(operation({ done, total }))).toBe(wanted);
  });
});
