import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { changingPlugin } from './plugins/changing';
import { doctorPlugin } from './plugins/doctor';
import { driftPlugin } from './plugins/drift';
import { checkingPlugin } from './plugins/checking';
import { gpusPlugin } from './plugins/gpus';
import { kernelsPlugin } from './plugins/kernels';
import { lifecyclePlugin } from './plugins/lifecycle';
import { lockingPlugin } from './plugins/locking';
import { makingPlugin } from './plugins/making';
import { modelPlugin } from './plugins/model';
import { openingPlugin } from './plugins/opening';
import { panelPlugin } from './plugins/panel';
import { pastPlugin } from './plugins/past';
import { placesPlugin } from './plugins/places';
import { stacksPlugin } from './plugins/stacks';
import { stampsPlugin } from './plugins/stamps';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  modelPlugin,
  panelPlugin,
  makingPlugin,
  stacksPlugin,
  lockingPlugin,
  checkingPlugin,
  openingPlugin,
  changingPlugin,
  driftPlugin,
  doctorPlugin,
  kernelsPlugin,
  gpusPlugin,
  lifecyclePlugin,
  placesPlugin,
  pastPlugin,
  stampsPlugin
];

export default plugins;
