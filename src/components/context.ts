import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

/** The translator, for every component below the widget. */
export const Translation: React.Context<TranslationBundle> = React.createContext(
  nullTranslator.load('jupyter_envs')
);

/** The texts' translator. */
export function useTrans(): TranslationBundle {
  return React.useContext(Translation);
}
