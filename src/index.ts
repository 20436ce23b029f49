import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { changingPlugin } from './plugins/changing';
import { driftPlugin } from './plugins/drift';
import { kernelsPlugin } from './plugins/kernels';
import { lifecyclePlugin } from './plugins/lifecycle';
import { makingPlugin } from './plugins/making';
import { modelPlugin } from './plugins/model';
import { openingPlugin } from './plugins/opening';
import { panelPlugin } from './plugins/panel';
import { placesPlugin } from './plugins/places';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  modelPlugin,
  panelPlugin,
  makingPlugin,
  openingPlugin,
  changingPlugin,
  driftPlugin,
  kernelsPlugin,
  lifecyclePlugin,
  placesPlugin
];

export default plugins;
