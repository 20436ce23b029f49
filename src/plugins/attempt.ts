import type { TranslationBundle } from '@jupyterlab/translation';

/** Run what a person asked for; where it is refused, say why. Undefined then. `mend` opens the
 * file that may have errors. */
export async function attempt<T>(
  trans: TranslationBundle,
  title: string,
  action: () => Promise<T>,
  mend: (() => unknown) | null = null
): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const { showProblem } = await import('../widgets/dialogs');
    await showProblem(trans, title, error, mend);
    return undefined;
  }
}
