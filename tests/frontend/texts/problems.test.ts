import { DIAGNOSTICS, ERRORS, HINTS } from '../../../src/generated/texts';
import { detailsOf, diagnosticsOf, diagnosticText, hintOf, messageOf } from '../../../src/texts';
import { errorClasses, fields, format } from '../support/python';
import { diagnostic, problem } from '../support/records';
import { english, marking } from '../support/translation';

/** A word that only makes sense at a command line; as scripts/texts.py has it. */
const COMMAND_LINE = /jupyter envs|(?<!\w)--\w/;

const CLASSES = errorClasses();

/** Params that can be told apart in a text. */
function paramsOf(...templates: (string | null)[]): Record<string, string> {
  const names = templates.flatMap(template => fields(template ?? ''));
  return Object.fromEntries(names.map(name => [name, `<${name}>`]));
}

describe('the errors of the server', () => {
  it('were found', () => {
    expect(CLASSES.length).toBeGreaterThan(40);
    expect(CLASSES.map(one => one.code)).toEqual(expect.arrayContaining(Object.keys(ERRORS)));
    expect(CLASSES.filter(one => !one.code || !one.sentence)).toEqual([]);
  });

  it.each(CLASSES)('$code has the words of the server', ({ code, sentence, advice }) => {
    const params = paramsOf(sentence, advice);
    const message = format(sentence, params);
    const hint = advice === null ? null : format(advice, params);
    const said = problem({ code, params, message, hint });
    expect(messageOf(said, english)).toBe(message);
    if (hint === null || !COMMAND_LINE.test(hint)) {
      expect(hintOf(said, english)).toBe(hint);
    }
  });

  const SAFE = /as it was|nothing was/i;

  it.each(CLASSES.filter(({ advice }) => advice !== null && SAFE.test(advice)))(
    '$code says here, too, what is safe',
    ({ code, sentence, advice }) => {
      const params = paramsOf(sentence, advice);
      const hint = format(advice ?? '', params);
      const said = problem({ code, params, message: format(sentence, params), hint });
      expect(hintOf(said, english)).toMatch(SAFE);
    }
  );
});

describe('the tables', () => {
  it.each([
    ['ERRORS', ERRORS],
    ['HINTS', HINTS],
    ['DIAGNOSTICS', DIAGNOSTICS]
  ])('%s have a place for each param, and a param for each place', (_, table) => {
    for (const text of Object.values(table)) {
      const asked: string[] = [];
      const said = text(english, name => {
        asked.push(name);
        return `<${name}>`;
      });
      expect(said).not.toMatch(/%\d|undefined/);
      expect(asked.filter(name => !said.includes(`<${name}>`))).toEqual([]);
      expect(text(marking, () => '…')).toMatch(/^«.+»$/);
    }
  });
});

describe('a message', () => {
  it('is translated', () => {
    const said = problem({ code: 'no_space', params: { path: '/home', reason: 'full' } });
    expect(messageOf(said, marking)).toBe('«There is not enough disk space in /home: full»');
  });

  it('is the one of the server where the code is not known here', () => {
    expect(messageOf(problem({ code: 'quite_new', message: 'Hello' }), marking)).toBe('Hello');
  });

  it('has params of any kind', () => {
    const said = problem({ code: 'kernels_running', params: { name: 'a', count: 2 } });
    expect(messageOf(said, english)).toBe("'a' is in use by 2 running process(es)");
  });

  it('does not take a param for a place', () => {
    const said = problem({ code: 'build_failed', params: { reason: '%1 and 100%' } });
    expect(messageOf(said, english)).toContain(': %1 and 100%');
  });
});

describe('a hint', () => {
  const commandLine = CLASSES.filter(one => one.advice && COMMAND_LINE.test(one.advice));

  it('of a command line is there', () => {
    expect(commandLine.map(one => one.code)).toContain('environment_busy');
  });

  it.each(commandLine)(
    'of a command line is worded anew for $code',
    ({ code, advice, sentence }) => {
      const params = paramsOf(sentence, advice);
      const said = problem({ code, params, hint: format(advice ?? '', params) });
      expect(hintOf(said, english)).toEqual(expect.any(String));
      expect(hintOf(said, english)).not.toMatch(COMMAND_LINE);
      expect(hintOf(said, marking)).toMatch(/^«.+»$/);
    }
  );

  it.each(CLASSES)('of a command line made for one case of $code is not shown', ({ code }) => {
    for (const hint of ["Use 'jupyter envs doctor'.", 'Give --name.', '(--force)', '--x']) {
      expect(hintOf(problem({ code, hint }), english) ?? '').not.toMatch(COMMAND_LINE);
    }
  });

  it('of a command line gives way to the usual one', () => {
    const hint = 'If it is only slow, raise --kernel-timeout; nothing was published.';
    expect(hintOf(problem({ code: 'kernel_failed', hint }), marking)).toBe(
      "«The last lines of the kernel's output say why; nothing was published.»"
    );
  });

  it('made for the case is kept', () => {
    const hint = "Did you mean 'numpy'?";
    expect(hintOf(problem({ code: 'package_not_found', hint }), marking)).toBe(hint);
    expect(hintOf(problem({ code: 'name_taken', hint }), marking)).toBe(hint);
    expect(hintOf(problem({ code: 'quite_new', hint }), marking)).toBe(hint);
  });

  it('with hyphens is none of a command line', () => {
    const hint = 'Use numpy--legacy - or not.';
    expect(hintOf(problem({ hint }), english)).toBe(hint);
  });

  it('that is the usual one is translated', () => {
    const hint = "Choose a name of letters, digits, '-', '_' and '.', for example 'x'.";
    const said = problem({ code: 'name_forbidden', params: { suggestion: 'x' }, hint });
    expect(hintOf(said, marking)).toBe(`«${hint}»`);
  });

  it('need not be', () => {
    expect(hintOf(problem({ code: 'cancelled', hint: null }), english)).toBeNull();
    expect(hintOf(problem({ code: 'quite_new', hint: null }), english)).toBeNull();
  });
});

describe('a diagnostic', () => {
  it('is translated', () => {
    expect(diagnosticText(diagnostic(), marking)).toBe(
      '«colour: is not a known key; it is ignored.»'
    );
  });

  it('has the message of the server where its code is not known here', () => {
    const one = diagnostic({ code: 'quite_new', message: 'Hello' });
    expect(diagnosticText(one, marking)).toBe('Hello');
  });
});

describe('details', () => {
  it.each<[string, unknown, string[]]>([
    ['lines of a log', ['one', 'two'], ['one', 'two']],
    ['lines of a conflict', { tree: {}, lines: ['numpy<1'], edits: [] }, ['numpy<1']],
    ['a text', 'one\ntwo', ['one', 'two']],
    ['nothing', null, []],
    ['records', [{ name: 'numpi', near: ['numpy'] }], []],
    ['a record without lines', { available: ['1.0'] }, []],
    ['diagnostics', [diagnostic()], []]
  ])('are %s', (_, details, lines) => {
    expect(detailsOf(problem({ details }))).toEqual(lines);
  });

  it('are diagnostics where it is about a file', () => {
    expect(diagnosticsOf(problem({ details: [diagnostic()] }))).toEqual([diagnostic()]);
  });

  it.each<[string, unknown]>([
    ['lines', ['one']],
    ['records', [{ name: 'numpi' }]],
    ['a conflict', { lines: ['numpy<1'] }],
    ['nothing', null]
  ])('are no diagnostics where they are %s', (_, details) => {
    expect(diagnosticsOf(problem({ details }))).toEqual([]);
  });
});
