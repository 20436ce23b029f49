import { Gettext, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

const trans = nullTranslator.load('jupyter_envs');

/** Texts as they are in the source. */
export { trans as english };

/** A language in which every text is between guillemets, so that one sees which were translated. */
export const marking: TranslationBundle = {
  ...trans,
  __: (text, ...args: unknown[]) => `«${Gettext.strfmt(text, ...args)}»`,
  _n: (one, many, count, ...args: unknown[]) =>
    `«${Gettext.strfmt(count === 1 ? one : many, count, ...args)}»`
};
