import { Dialog } from '@jupyterlab/apputils';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';

import { EnvsClient } from '../../../src/client';
import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { openingPlugin } from '../../../src/plugins/opening';
import { FakeApp } from '../support/app';
import { environment, info, problem } from '../support/records';
import { answer } from '../support/widgets';

let lab: FakeApp;
let model: EnvironmentsModel;

const about = { name: 'My-Science' };
const browser = { model: { path: 'work' } } as unknown as IDefaultFileBrowser;

beforeEach(async () => {
  lab = await new FakeApp().ready();
  lab.server.environments = [
    environment({ name: 'My Science', slug: 'My-Science', kernel: 'my-science' })
  ];
  model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
  await model.refresh();
  lab.commands.add('notebook:create-new');
  lab.commands.add('console:create');
  lab.commands.add('docmanager:open');
});

afterEach(async () => {
  model.dispose();
  await lab.dispose();
  Dialog.flush();
});

async function activate(found: IDefaultFileBrowser | null = browser): Promise<void> {
  await openingPlugin.activate(lab.app, model, found, null);
}

describe('a notebook and a console', () => {
  it.each([
    [CommandIds.openNotebook, 'notebook:create-new', { kernelName: 'my-science', cwd: 'work' }],
    [
      CommandIds.openConsole,
      'console:create',
      { kernelPreference: { name: 'my-science' }, path: 'work', activate: true }
    ]
  ])('%s run on the kernel, which Jupyter is told of first', async (id, opens, args) => {
    await activate();
    await lab.execute(id, about);
    expect(lab.commands.executed).toEqual([{ id: opens, args }]);
    expect(lab.server.count('GET /api/kernelspecs')).toBe(1);
  });

  it('open at the top where there is no file browser', async () => {
    await activate(null);
    await lab.execute(CommandIds.openNotebook, about);
    expect(lab.commands.executed[0]?.args).toMatchObject({ cwd: '' });
  });
});

describe('a terminal', () => {
  it('begins with the line that activates the environment', async () => {
    const send = jest.fn();
    lab.commands.add('terminal:create-new', { content: { session: { send } } });
    await activate();
    await lab.execute(CommandIds.openTerminal, about);
    expect(lab.commands.executed).toEqual([{ id: 'terminal:create-new', args: { cwd: 'work' } }]);
    expect(send.mock.calls).toEqual([[{ type: 'stdin', content: ['activate My-Science\r'] }]]);
  });

  it('is not opened where it could not be activated', async () => {
    await activate();
    lab.server.refuse('GET environments/My-Science/activation', problem());
    const opened = lab.execute(CommandIds.openTerminal, about);
    await answer('New Terminal in Environment', 'Close');
    await opened;
    expect(lab.commands.executed).toEqual([]);
  });
});

describe('the file', () => {
  it('is opened as text', async () => {
    await activate();
    await lab.execute(CommandIds.openSource, about);
    expect(lab.commands.executed).toEqual([
      { id: 'docmanager:open', args: { path: 'work/environment.yml', factory: 'Editor' } }
    ]);
  });

  it('is not opened where the file browser cannot reach it', async () => {
    lab.server.info = info({ root_dir: '/srv' });
    model.dispose();
    model = new EnvironmentsModel(new EnvsClient(lab.server.settings), null, 'never');
    await model.refresh();
    await activate();
    await lab.execute(CommandIds.openSource, about);
    expect(lab.commands.executed).toEqual([]);
  });
});

describe('a download', () => {
  it('is saved by the browser, under the name that the server gives', async () => {
    const data: Blob[] = [];
    const created = jest.fn((blob: Blob) => {
      data.push(blob);
      return 'blob:1';
    });
    const revoked = jest.fn();
    Object.assign(URL, { createObjectURL: created, revokeObjectURL: revoked });
    const clicked: [string, string][] = [];
    const click = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
      this: HTMLAnchorElement
    ) {
      clicked.push([this.href, this.download]);
    });
    await activate();
    await lab.execute(CommandIds.download, { ...about, format: 'conda-lock' });
    expect(lab.server.asked).toContain('GET environments/My-Science/export?format=conda-lock');
    expect(clicked).toEqual([['blob:1', 'conda-lock.yml']]);
    expect(await data[0]?.text()).toBe('My-Science as conda-lock');
    expect(revoked).toHaveBeenCalledWith('blob:1');
    click.mockRestore();
  });
});
