import { LabIcon } from '@jupyterlab/ui-components';

import environmentsSvg from '../style/icons/environments.svg';

/** Layers on each other: an environment is a series of generations. */
export const environmentsIcon = new LabIcon({
  name: 'jupyter_envs:environments',
  svgstr: environmentsSvg
});
