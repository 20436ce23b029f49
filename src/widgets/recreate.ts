import type { TranslationBundle } from '@jupyterlab/translation';

import { EnvsError, type Operation } from '../client';
import type { EnvironmentsModel } from '../model';
import { askName, showProblem } from './dialogs';
import { AGAIN, freeName } from './names';

/** Make an environment of exactly the packages of a kept lock, under a name that is asked for. */
export async function recreate(
  model: EnvironmentsModel,
  trans: TranslationBundle,
  digest: string,
  wanted: string
): Promise<Operation | null> {
  const title = trans.__('Recreate from lock %1', digest.slice(0, 12));
  let suggestion = freeName(model, wanted === '' ? 'recreated' : wanted);
  for (;;) {
    const name = await askName(trans, title, suggestion);
    if (name === null) {
      return null;
    }
    try {
      return await model.create({ kind: 'kept', digest }, name);
    } catch (error) {
      await showProblem(trans, trans.__('Not created'), error);
      if (!(error instanceof EnvsError) || !AGAIN.includes(error.problem.code)) {
        return null;
      }
      suggestion = freeName(model, name);
    }
  }
}
