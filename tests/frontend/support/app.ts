import type { JupyterFrontEnd } from '@jupyterlab/application';
import {
  ContentsManager,
  Drive,
  type Event,
  KernelManager,
  KernelSpecManager,
  type Session
} from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { FakeServer } from './server';
import { Commands, FakeShell } from './widgets';

/** As much of JupyterLab as the plugins use: its real managers, on a server in memory. */
export class FakeApp {
  readonly server = new FakeServer();
  /** Commands of JupyterLab's own, which only remember how they were executed. */
  readonly commands = new Commands([]);
  readonly shell = new FakeShell();
  readonly bus = new Signal<Event.IManager, Event.Emission>({} as Event.IManager);
  readonly kernels = new KernelManager({ serverSettings: this.server.settings, standby: 'never' });
  readonly kernelspecs = new KernelSpecManager({
    serverSettings: this.server.settings,
    standby: 'never'
  });
  readonly contextMenu: { command?: string; selector: string }[] = [];
  /** What runs in tabs: id and path of a session, and its kernel's id. */
  readonly running: { id: string; path: string; kernel: { id: string } }[] = [];
  readonly sessions = {
    running: () => this.running,
    connectTo: jest.fn(),
    shutdown: jest.fn()
  } as unknown as jest.Mocked<Session.IManager>;

  get app(): JupyterFrontEnd {
    const { server, commands, shell, bus, kernels, kernelspecs, sessions } = this;
    const serverSettings = server.settings;
    const contents = new ContentsManager({ defaultDrive: new Drive({ serverSettings }) });
    const events = { stream: bus };
    return {
      commands: commands.registry,
      shell,
      restored: Promise.resolve(),
      contextMenu: { addItem: (item: never) => void this.contextMenu.push(item) },
      serviceManager: { serverSettings, contents, events, kernels, kernelspecs, sessions }
    } as unknown as JupyterFrontEnd;
  }

  /** Execute a command as the panel and other extensions do. */
  execute(id: string, args: object = {}): Promise<unknown> {
    return this.commands.registry.execute(id, args as never);
  }

  async ready(): Promise<this> {
    await Promise.all([this.kernels.ready, this.kernelspecs.ready]);
    await this.kernelspecs.refreshSpecs();
    this.server.asked.length = 0;
    return this;
  }

  async dispose(): Promise<void> {
    // Whoever waits for it must not be left to an error.
    await this.kernelspecs.refreshSpecs();
    this.shell.clear();
    this.kernels.dispose();
    this.kernelspecs.dispose();
  }
}
