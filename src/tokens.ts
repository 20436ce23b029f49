import { Token } from '@lumino/coreutils';

import type { EnvironmentsModel } from './model';

/** What is known of the environments, for any plugin that wants to show or to change them. */
export const IEnvironments = new Token<EnvironmentsModel>(
  'jupyter_envs:IEnvironments',
  'The environments of this server: their list, the operations on them, and all verbs.'
);
