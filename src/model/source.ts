import type { Environment, Info } from '../types';

/**
 * The file that an environment was made from, as the file browser knows it.
 *
 * Null where it was made from no file, or from one outside of the folder that the server shows.
 */
export function sourcePath(
  model: { info: Info | null },
  environment: Pick<Environment, 'source'>
): string | null {
  const file = environment.source?.file ?? null;
  const root = model.info?.root_dir?.replace(/\/+$/, '') ?? null;
  return file !== null && root !== null && file.startsWith(`${root}/`)
    ? file.slice(root.length + 1)
    : null;
}
