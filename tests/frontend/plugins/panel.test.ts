import type { ILayoutRestorer } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { screen } from '@testing-library/dom';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { panelPlugin } from '../../../src/plugins/panel';
import { FakeApp } from '../support/app';
import { environment } from '../support/records';

describe('the panel of the side bar', () => {
  let lab: FakeApp;
  let model: EnvironmentsModel;
  const restored = jest.fn();
  const offered: string[] = [];

  beforeEach(async () => {
    lab = await new FakeApp().ready();
    lab.server.environments = [environment()];
    model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
    const restorer = { add: restored } as unknown as ILayoutRestorer;
    const palette = {
      addItem: ({ command }: { command: string }) => void offered.push(command)
    } as unknown as ICommandPalette;
    await panelPlugin.activate(lab.app, model, restorer, null, palette);
  });

  afterEach(async () => {
    model.dispose();
    await lab.dispose();
  });

  it('is there, comes back with the page, and can be found', async () => {
    const [panel] = lab.shell.added;
    expect(panel?.id).toBe('jupyter-envs-panel');
    expect(restored).toHaveBeenCalledWith(panel, 'jupyter-envs-panel');
    expect(offered).toEqual([CommandIds.openPanel, CommandIds.refresh, CommandIds.newEnvironment]);
    await lab.execute(CommandIds.openPanel);
    expect(lab.shell.activated).toEqual(['jupyter-envs-panel']);
  });

  it('shows what is new when it is told to', async () => {
    await lab.execute(CommandIds.refresh);
    expect(await screen.findByRole('button', { name: 'science' })).toBeTruthy();
  });
});
