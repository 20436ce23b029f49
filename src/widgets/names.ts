import type { EnvironmentsModel } from '../model';

/** What another name puts right. */
export const AGAIN: readonly string[] = ['name_taken', 'name_forbidden'];

/** A name that no environment has, as near as can be to one that is wanted. */
export function freeName(model: EnvironmentsModel, wanted: string): string {
  const taken = new Set(model.environments.flatMap(one => [one.slug, one.name]));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    name = `${wanted}-${number}`;
  }
  return name;
}
