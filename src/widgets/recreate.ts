import type { TranslationBundle } from '@jupyterlab/translation';

import { EnvsError, type Operation } from '../client';
import type { EnvironmentsModel } from '../model';
import { askName, showProblem } from './dialogs';

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

/** What another name puts right. */
const AGAIN = ['name_taken', 'name_forbidden'];

/** A name that no environment has, as near as can be to one that is wanted. */
function freeName(model: EnvironmentsModel, wanted: string): string {
  const taken = new Set(model.environments.flatMap(one => [one.slug, one.name]));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    name = `${wanted}-${number}`;
  }
  return name;
}
