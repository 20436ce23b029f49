import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = join(__dirname, '..', '..', '..', 'jupyter_envs');

/** The text of one of the server's modules. */
export function python(...path: string[]): string {
  return readFileSync(join(PACKAGE, ...path), 'utf-8');
}

/** The text of all modules of a room. */
export function room(name: string): string {
  const files = readdirSync(join(PACKAGE, name)).filter(file => file.endsWith('.py'));
  return files.map(file => python(name, file)).join('\n');
}

/** An error as the server words it. */
export interface ErrorClass {
  code: string;
  sentence: string;
  advice: string | null;
}

/** All classes of errors/; a class without a word of its own has its base's, as in Python. */
export function errorClasses(): ErrorClass[] {
  const found = new Map<string, ErrorClass>();
  let left = [...room('errors').matchAll(/^class (\w+)\((\w+).*\):\n((?: {4}.*\n|\n)+)/gm)];
  // A base may be in a module that comes later; classes of something else have none here.
  for (let before = -1; before !== found.size;) {
    before = found.size;
    left = left.filter(([, name = '', base = '', body = '']) => {
      const inherited = found.get(base);
      if (!inherited && base !== 'Exception') {
        return true;
      }
      found.set(name, {
        code: assigned(body, 'code') ?? inherited?.code ?? '',
        sentence: assigned(body, 'sentence') ?? inherited?.sentence ?? '',
        advice: assigned(body, 'advice') ?? inherited?.advice ?? null
      });
      return false;
    });
  }
  return [...found.values()];
}

/** The string that a class attribute is; in brackets where it is long. */
function assigned(body: string, name: string): string | null {
  const found = new RegExp(`^    ${name}\\b[^=\\n]* = (?:\\(\\s*)?"(.*)"`, 'm').exec(body);
  return found?.[1] ?? null;
}

/** A dict of strings that is assigned to a name. */
export function dictOfStrings(module: string, name: string): Record<string, string> {
  const body = new RegExp(`^${name}\\b.*= \\{\\n((?: .*\\n)+)\\}`, 'm').exec(module)?.[1] ?? '';
  const pairs = [...body.matchAll(/^ {4}"(\w+)": "(.*)",$/gm)];
  return Object.fromEntries(pairs.map(([, key, value]) => [key ?? '', value ?? '']));
}

/** The names of the params that a template has. */
export function fields(template: string): string[] {
  return [...template.matchAll(/\{(\w+)(?:!r)?\}/g)].map(([, name]) => name ?? '');
}

/** What Python makes of a template, where the params are texts without quotes in them. */
export function format(template: string, params: Record<string, string>): string {
  return template.replace(/\{(\w+)(!r)?\}/g, (_, name: string, repr?: string) => {
    const value = params[name] ?? '';
    return repr ? `'${value}'` : value;
  });
}
