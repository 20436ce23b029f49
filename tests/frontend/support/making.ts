import { Dialog, Notification } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import { ContentsManager, Drive } from '@jupyterlab/services';

import { CommandIds } from '../../../src/commandIds';
import { EnvironmentsModel } from '../../../src/model';
import { Maker } from '../../../src/widgets/maker';
import { FakeServer } from './server';
import { english } from './translation';
import { Commands, editorServices, FakeShell } from './widgets';

/** A maker in a page of its own, on a server in memory. */
export class Making {
  readonly server = new FakeServer();
  readonly model = new EnvironmentsModel(this.server.client, null, 'never');
  readonly commands = new Commands(['docmanager:open', CommandIds.openPanel]);
  readonly shell = new FakeShell();
  readonly maker = this.makerWith(editorServices());

  makerWith(services: IEditorServices | null): Maker {
    const drive = new Drive({ serverSettings: this.server.settings });
    const contents = new ContentsManager({ defaultDrive: drive });
    const { registry } = this.commands;
    return new Maker(registry, contents, this.shell.asShell, this.model, services, english);
  }

  /** How often an environment was asked for. */
  get creates(): number {
    return this.server.count('POST environments');
  }

  dispose(): void {
    this.model.dispose();
    this.shell.clear();
    Notification.dismiss();
    Dialog.flush();
  }
}
