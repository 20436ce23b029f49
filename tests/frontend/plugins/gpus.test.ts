import { Dialog } from '@jupyterlab/apputils';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { screen, within } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { gpusPlugin } from '../../../src/plugins/gpus';
import { FakeApp } from '../support/app';
import { cut, device, hardware, holders, kernelUse, withGpus } from '../support/gpus';
import { nothingMore } from '../support/time';
import { answer, dialog, onPage } from '../support/widgets';

const user = userEvent.setup();

let lab: FakeApp;
let model: EnvironmentsModel;
let items: IStatusBar.IItem[];

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.server.hardware = withGpus();
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  items = [];
});

afterEach(async () => {
  model.dispose();
  items.forEach(one => one.item.dispose());
  await lab.dispose();
  Dialog.flush();
});

async function activate(): Promise<IStatusBar.IItem> {
  const registerStatusItem = (_: string, item: IStatusBar.IItem): void => {
    items.push(item);
    onPage(item.item);
  };
  await gpusPlugin.activate(lab.app, model, { registerStatusItem }, null);
  await nothingMore();
  const [item] = items;
  if (!item) {
    throw new Error('no item');
  }
  return item;
}

describe('the item of the status bar', () => {
  it('says how busy and how full the GPU is, and opens the panel', async () => {
    lab.commands.add(CommandIds.openPanel);
    expect((await activate()).isActive?.()).toBe(true);
    await user.click(await screen.findByRole('button', { name: 'GPU 42% · 3.0/24.0 GiB' }));
    expect(lab.commands.executed).toEqual([{ id: CommandIds.openPanel, args: {} }]);
  });

  it('sums up several, and leaves out what is not told', async () => {
    lab.server.hardware = withGpus(device({ utilisation: null }), cut({ memory_used: 2 ** 30 }));
    await activate();
    expect(await screen.findByRole('button', { name: '2 GPUs · 4.0/48.0 GiB' })).toBeTruthy();
  });

  it('is hidden where there is no GPU', async () => {
    lab.server.hardware = hardware();
    expect((await activate()).isActive?.()).toBe(false);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is not there where JupyterLab has no status bar', async () => {
    await gpusPlugin.activate(lab.app, model, null, null);
    await nothingMore();
    expect(lab.server.asked).toEqual([]);
  });
});

describe('shut down', () => {
  const TITLE = 'Shut down the kernel of project/model.ipynb?';
  const execute = (): Promise<unknown> => lab.execute(CommandIds.shutDownKernel, { kernel: 'k1' });

  beforeEach(async () => {
    lab.server.holders = holders({ kernels: [kernelUse()] });
    lab.server.kernels = [{ id: 'k1', name: 'climate' }];
    await lab.kernels.refreshRunning();
    await activate();
    model.gpus.watch('panel', true);
    await model.gpus.refresh();
    lab.server.asked.length = 0;
  });

  it('asks first, and says what comes of it', async () => {
    const done = execute();
    const shown = within(await dialog(TITLE));
    await shown.findByText('It holds 2.0 GiB of GPU memory, which will be free.');
    shown.getByText(/All variables in its memory are lost/);
    expect(lab.server.asked.filter(one => one.startsWith('DELETE'))).toEqual([]);
    await answer(TITLE, 'Shut down');
    expect(await done).toBe(true);
    expect(lab.server.asked).toContain('DELETE /api/kernels/k1');
    expect(lab.server.asked).toContain('GET hardware/kernels');
  });

  it('ends the session that the kernel belongs to', async () => {
    lab.running.push({ id: 's1', path: 'project/model.ipynb', kernel: { id: 'k1' } });
    const done = execute();
    await answer(TITLE, 'Shut down');
    await done;
    expect(lab.sessions.shutdown).toHaveBeenCalledWith('s1');
    expect(lab.server.asked).not.toContain('DELETE /api/kernels/k1');
  });

  it('is let be where the person turns back', async () => {
    const done = execute();
    await answer(TITLE, 'Cancel');
    expect(await done).toBe(false);
    expect(lab.server.kernels).toHaveLength(1);
  });

  it('warns where it is at work', async () => {
    lab.server.holders = holders({ kernels: [kernelUse({ state: 'busy' })] });
    await model.gpus.refresh();
    const done = execute();
    expect(await screen.findByText('It is at work now.')).toBeTruthy();
    await answer(TITLE, 'Cancel');
    await done;
  });
});

describe('a restart', () => {
  const TITLE = 'Restart the kernel of project/model.ipynb?';
  const execute = (): Promise<unknown> => lab.execute(CommandIds.restartKernel, { kernel: 'k1' });

  beforeEach(async () => {
    lab.running.push({ id: 's1', path: 'project/model.ipynb', kernel: { id: 'k1' } });
    lab.server.kernels = [{ id: 'k1', name: 'climate' }];
    await activate();
  });

  it('asks first', async () => {
    const done = execute();
    await dialog(TITLE);
    expect(lab.server.asked).not.toContain('POST /api/kernels/k1/restart');
    await answer(TITLE, 'Restart');
    expect(await done).toBe(true);
    expect(lab.server.asked).toContain('POST /api/kernels/k1/restart');
  });

  it('is let be where the person turns back', async () => {
    const done = execute();
    await answer(TITLE, 'Cancel');
    expect(await done).toBe(false);
    expect(lab.server.asked).not.toContain('POST /api/kernels/k1/restart');
  });
});
