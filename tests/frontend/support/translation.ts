import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

/** Texts as they are in the source. */
export const english: TranslationBundle = nullTranslator.load('jupyter_envs');

/** A language in which every text is between guillemets, so that one sees which were translated. */
export const marking: TranslationBundle = {
  ...english,
  __: (text, ...args) => `«${english.__(text, ...args)}»`,
  _n: (one, many, count, ...args) => `«${english._n(one, many, count, ...args)}»`
};
