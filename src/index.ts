import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { changingPlugin } from './plugins/changing';
import { checkingPlugin } from './plugins/checking';
import { kernelsPlugin } from './plugins/kernels';
import { makingPlugin } from './plugins/making';
import { modelPlugin } from './plugins/model';
import { openingPlugin } from './plugins/opening';
import { panelPlugin } from './plugins/panel';
import { pastPlugin } from './plugins/past';
import { placesPlugin } from './plugins/places';
import { stampsPlugin } from './plugins/stamps';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  modelPlugin,
  panelPlugin,
  makingPlugin,
  checkingPlugin,
  openingPlugin,
  changingPlugin,
  kernelsPlugin,
  placesPlugin,
  pastPlugin,
  stampsPlugin
];

export default plugins;
