import { Clipboard, Dialog, type MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { screen, waitFor } from '@testing-library/dom';
import { userEvent } from '@testing-library/user-event';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { doctorPlugin } from '../../../src/plugins/doctor';
import type { FixAction } from '../../../src/types';
import { FakeApp } from '../support/app';
import { doctorReport, finding } from '../support/doctor';
import { environment, probe, problem } from '../support/records';
import { answer, dialog } from '../support/widgets';

const user = userEvent.setup();

let lab: FakeApp;
let model: EnvironmentsModel;

beforeEach(async () => {
  lab = await new FakeApp().ready();
  for (const id of [
    CommandIds.update,
    CommandIds.restore,
    CommandIds.clean,
    CommandIds.shutDownKernel,
    CommandIds.restartKernel
  ]) {
    lab.commands.add(id);
  }
  lab.server.environments = [environment({ name: 'My Science', slug: 'science' })];
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  await model.refresh();
  await doctorPlugin.activate(lab.app, model, null, null, null);
  lab.server.asked.length = 0;
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
  Notification.dismiss();
});

const messages = (): string[] => Notification.manager.notifications.map(one => one.message);

describe('the page of the doctor', () => {
  it('looks at the machine, and at an environment where that is meant', async () => {
    const page = (await lab.execute(CommandIds.doctor)) as MainAreaWidget;
    expect(lab.server.asked).toEqual(['GET doctor']);
    expect(await lab.execute(CommandIds.doctor, { name: 'My Science' })).toBe(page);
    expect(lab.server.asked.at(-1)).toBe('GET doctor?environment=science');
    await user.click(await screen.findByRole('button', { name: 'Check again' }));
    await waitFor(() =>
      expect(lab.server.asked.at(-1)).toBe('GET doctor?environment=science&fresh=true')
    );
  });

  it('shows what belongs to the question that was asked last', async () => {
    const release = lab.server.hold();
    const first = lab.execute(CommandIds.doctor, { name: 'science' });
    await waitFor(() => expect(lab.server.asked).toHaveLength(1));
    lab.server.release();
    lab.server.doctor = doctorReport(finding());
    await user.selectOptions(await screen.findByRole('combobox'), 'this machine only');
    expect(await screen.findByText('1 warning.')).toBeTruthy();
    release();
    await first;
    expect(screen.getByRole('status').textContent).toBe('1 warning.');
  });

  it('copies its report', async () => {
    const copied = jest.spyOn(Clipboard, 'copyToSystem').mockImplementation(() => undefined);
    await lab.execute(CommandIds.doctor);
    await user.click(await screen.findByRole('button', { name: 'Copy report' }));
    expect(copied).toHaveBeenCalledWith(expect.stringContaining('Nothing found. 113 rules'));
    expect(await screen.findByRole('button', { name: 'Copied' })).toBeTruthy();
    copied.mockRestore();
  });

  it('says why it cannot tell', async () => {
    lab.server.refuse('GET doctor', problem());
    await lab.execute(CommandIds.doctor);
    expect((await screen.findByRole('alert')).textContent).toContain('not enough disk space');
  });

  it.each<[FixAction, string, object]>([
    ['update', CommandIds.update, { name: 'x' }],
    ['repair', CommandIds.restore, { name: 'x' }],
    ['clean', CommandIds.clean, {}],
    ['stop-kernel', CommandIds.shutDownKernel, { kernel: 'x' }],
    ['restart-kernel', CommandIds.restartKernel, { kernel: 'x' }]
  ])('does what helps, and looks again: %s', async (action, id, args) => {
    lab.server.doctor = doctorReport(finding({ fix: { text: '', action, subject: 'x' } }));
    await lab.execute(CommandIds.doctor);
    const button = screen.findByText(/^(Update|Restore|Clean|Shut|Restart)/, {
      selector: '.jp-Envs-findings button span'
    });
    await user.click(await button);
    expect(lab.commands.executed).toEqual([{ id, args }]);
    await waitFor(() => expect(lab.server.asked.at(-1)).toBe('GET doctor?fresh=true'));
  });

  it('lets the server register a kernel, and shows it', async () => {
    const fix = { text: '', action: 'register-kernel', subject: 'science' } as const;
    lab.server.doctor = doctorReport(finding({ fix }));
    await lab.execute(CommandIds.doctor);
    await user.click(await screen.findByRole('button', { name: 'Register its kernel' }));
    await waitFor(() => expect(lab.server.asked.at(-1)).toBe('GET doctor?fresh=true'));
    expect(lab.server.asked).toContain('POST environments/science/kernel');
    expect(lab.server.asked).toContain('GET environments');
    expect(lab.server.asked).toContain('GET /api/kernelspecs');
  });
});

describe('a probe', () => {
  const POST = 'POST environments/science/probe';

  it('tries what there is, and tells what came of it', async () => {
    const { id } = (await lab.execute(CommandIds.probe, { name: 'science' })) as { id: string };
    expect(lab.server.bodies[POST]).toEqual({ frameworks: [], timeout: null });
    lab.server.goOn(id, {
      state: 'succeeded',
      phase: 'ended',
      result: { name: 'science', generation: 1, probes: [probe()] }
    });
    await model.refresh();
    await waitFor(() => expect(messages()).toHaveLength(1));
    expect(messages()).toEqual(['science: torch 2.13.0 computes on NVIDIA H100.']);
  });

  it('that somebody else asked for is told of in the list only', async () => {
    const { id } = lab.server.begin({ verb: 'probe', name: 'science' });
    await model.refresh();
    lab.server.goOn(id, { state: 'succeeded', result: { probes: [probe()] } });
    await model.refresh();
    expect(messages()).toEqual([]);
  });

  it('says where there is nothing to try', async () => {
    lab.server.refuse(POST, problem({ code: 'nothing_to_probe', message: 'It has no framework' }));
    const done = lab.execute(CommandIds.probe, { name: 'science' });
    expect((await dialog('Not probed')).textContent).toContain('Not probed');
    await answer('Not probed', 'Close');
    expect(await done).toBeUndefined();
  });

  it('of an environment that there is not is none', async () => {
    await lab.execute(CommandIds.probe, { name: 'other' });
    expect(lab.server.asked).toEqual([]);
  });
});
