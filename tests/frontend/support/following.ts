import type { Event } from '@jupyterlab/services';
import type { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';

import { EnvironmentsModel } from '../../../src/model';
import type { Operation, OperationChange } from '../../../src/types';
import { FakeServer } from './server';
import { settle } from './time';

/** A page that follows a server in memory, on jest's clock. */
export class Following {
  readonly server = new FakeServer();
  readonly bus = new Signal<Event.IManager, Event.Emission>({} as Event.IManager);
  readonly model: EnvironmentsModel;
  /** The operations whose end was told. */
  readonly ended: Operation[] = [];

  constructor(hasBus = true, standby: Poll.Standby = 'never') {
    jest.useFakeTimers();
    this.model = new EnvironmentsModel(this.server.client, hasBus ? this.bus : null, standby);
    this.model.ended.connect((_, operation) => void this.ended.push(operation));
  }

  get slugs(): string[] {
    return this.model.environments.map(one => one.slug);
  }

  /** Begin, and wait for the first answers. */
  async start(): Promise<void> {
    this.model.start();
    await settle();
  }

  /** Look at everything once. */
  async refresh(): Promise<void> {
    const looked = this.model.refresh();
    await settle();
    await looked;
  }

  /** An event of the bus. */
  tell(operations: OperationChange[], environments = false): void {
    this.bus.emit({
      schema_id: 'urn:jupyter_envs:events:changes:v1',
      environments,
      operations: operations
    });
  }

  /** How many looks were begun since the call before. */
  looks(): number {
    const count = this.server.count('GET environments');
    this.server.asked.length = 0;
    return count;
  }

  dispose(): void {
    this.model.dispose();
    jest.useRealTimers();
  }
}
