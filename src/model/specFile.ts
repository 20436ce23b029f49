/** Names that people give to an environment.yml. */
const NAMED = /(^|\/)environment[^/]*\.ya?ml$/i;
const YAML = /\.ya?ml$/i;

/** The top of a file tells what it is. */
const TOP = 20_000;
/** The server reads no file of more bytes. */
const LIMIT = 1_000_000;

/** Whether a file may be an environment.yml, by its name: no other one is looked into. */
export function mayBeSpec(path: string): boolean {
  return YAML.test(path);
}

/** Whether a file is an environment.yml: by its name, or by the keys that it begins lines with. */
export function isSpec(path: string, text: string): boolean {
  const top = text.slice(0, TOP);
  const has = (key: string): boolean => new RegExp(`^${key}:`, 'm').test(top);
  if (!mayBeSpec(path) || text.length > LIMIT || (has('metadata') && has('package'))) {
    return false; // a lock has these two
  }
  return NAMED.test(path) || (has('channels') && has('dependencies'));
}
