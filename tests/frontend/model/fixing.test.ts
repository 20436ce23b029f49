import { changed, difference, Places, together } from '../../../src/model/fixing';
import { diagnostic, fix } from '../support/records';

const TEXT = 'name: a\n# 🌍 here\n  - numpy =>1\r\nlast';

/** What a place leads to. */
const at = (text: string, line: number, column: number): string =>
  text.slice(new Places(text).offset({ line, column }));

describe('a place', () => {
  it.each([
    [1, 1, TEXT],
    [1, 7, 'a\n# 🌍 here\n  - numpy =>1\r\nlast'],
    // An emoji is one character for the server, two units for JavaScript.
    [2, 4, ' here\n  - numpy =>1\r\nlast'],
    [3, 5, 'numpy =>1\r\nlast'],
    [4, 5, '']
  ])('is line %d, column %d', (line, column, rest) => {
    expect(at(TEXT, line, column)).toBe(rest);
  });

  it('stays within its line, and in the text', () => {
    expect(at(TEXT, 3, 99)).toBe('\r\nlast');
    expect(at(TEXT, 99, 1)).toBe('last');
    expect(at('', 3, 3)).toBe('');
  });

  it('does not count the mark that a file may begin with', () => {
    expect(at('\uFEFFname: a', 1, 1)).toBe('name: a');
  });
});

describe('fixes together', () => {
  const write = (line: number, text: string, safe = true): ReturnType<typeof diagnostic> =>
    diagnostic({ fix: fix([line, 1, line, 2, text], { safe }) });

  it('are made at once, all for the text as it was', () => {
    const text = 'a\nb\nc\n';
    const changes = together(text, [write(3, 'longer'), write(1, ''), diagnostic()]);
    expect(changed(text, changes)).toBe('\nb\nlonger\n');
  });

  it('are none that a person should be asked about', () => {
    expect(together('a\nb\n', [write(1, 'x', false)])).toEqual([]);
  });

  it('are none that are in the way of another', () => {
    const text = 'a\nb\n';
    const line = diagnostic({ fix: fix([1, 1, 2, 1, '']) });
    expect(changed(text, together(text, [write(1, 'x'), line]))).toBe('x\nb\n');
  });
});

describe('changes', () => {
  it('at one place keep their order', () => {
    const insert = (text: string): { from: number; to: number; text: string } => ({
      from: 1,
      to: 1,
      text
    });
    expect(changed('ab', [insert('1'), insert('2'), { from: 1, to: 2, text: 'c' }])).toBe('a12c');
  });
});

describe('the difference of two texts', () => {
  it.each([
    ['a\nb\nc\n', 'a\nx\nc\n'],
    ['a\nb\nc\n', 'a\nc\n'],
    ['a\n', 'a\nb\n'],
    ['', 'a'],
    ['a\na\n', 'a\na\na\n'],
    ['a\nb', 'a\nb\n'],
    ['same\n', 'same\n']
  ])('leads from %j to %j', (before, after) => {
    expect(changed(before, [difference(before, after)])).toBe(after);
  });

  it('is of the lines that differ', () => {
    expect(difference('a\nb\nc\n', 'a\nx\nc\n')).toEqual({ from: 2, to: 4, text: 'x\n' });
  });
});
