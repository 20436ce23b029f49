import { type Diagnostic, type Fix, safelyFixable } from '../types';

type Place = Diagnostic['start'];

/** A piece of a text, in JavaScript's units, and what stands in its place afterwards. */
export interface Change {
  from: number;
  to: number;
  text: string;
}

const BREAK = /\r\n|\r|\n/g;
/** The server takes it off before it counts. */
const BYTE_ORDER_MARK = '\uFEFF';

/** The places of a text: the server counts lines and characters, JavaScript units of UTF-16. */
export class Places {
  private readonly _starts: number[];

  constructor(private readonly _text: string) {
    const first = _text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
    this._starts = [
      first,
      ...[..._text.matchAll(BREAK)].map(found => found.index + found[0].length)
    ];
  }

  /** The offset of a place; where it is not in the text, the nearest one of its line. */
  offset({ line, column }: Place): number {
    const inside = Math.min(line, this._starts.length) - 1;
    const start = this._starts[inside] ?? 0;
    const text = this._text.slice(start, this._starts[inside + 1]).replace(/[\r\n]+$/, '');
    // An emoji is one character, and two units.
    return (
      start +
      Array.from(text)
        .slice(0, column - 1)
        .join('').length
    );
  }

  /** A fix as changes of this text. */
  changes(fix: Fix): Change[] {
    return fix.edits.map(edit => ({
      from: this.offset(edit.start),
      to: this.offset(edit.end),
      text: edit.text
    }));
  }
}

/** The changes of as many of the safe fixes as are in nobody's way, in the order of the text. */
export function together(text: string, diagnostics: readonly Diagnostic[]): Change[] {
  const places = new Places(text);
  const chosen: Change[] = [];
  for (const { fix } of safelyFixable(diagnostics)) {
    const changes = places.changes(fix);
    if (changes.every(one => chosen.every(other => !touches(one, other)))) {
      chosen.push(...changes);
    }
  }
  return chosen.sort((a, b) => a.from - b.from);
}

/** The text after changes, whose offsets are all those of the text as it is given. */
export function changed(text: string, changes: readonly Change[]): string {
  let done = 0;
  const parts: string[] = [];
  for (const one of [...changes].sort((a, b) => a.from - b.from || a.to - b.to)) {
    parts.push(text.slice(done, one.from), one.text);
    done = one.to;
  }
  return [...parts, text.slice(done)].join('');
}

/** One change that leads from a text to another: the lines that differ. */
export function difference(before: string, after: string): Change {
  const old = before.split(/(?<=\n)/);
  const fresh = after.split(/(?<=\n)/);
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) {
    head += 1;
  }
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) {
    tail += 1;
  }
  const from = old.slice(0, head).join('').length;
  const end = old.slice(old.length - tail).join('').length;
  return {
    from,
    to: before.length - end,
    text: fresh.slice(head, fresh.length - tail).join('')
  };
}

/** Whether two changes cannot both be made, or not in a certain order. */
function touches(one: Change, other: Change): boolean {
  return one.from <= other.to && other.from <= one.to;
}
