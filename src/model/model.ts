import type { Event } from '@jupyterlab/services';
import type { IObservableDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import {
  type Changes,
  ENDED,
  type Environment,
  type EnvsClient,
  EnvsError,
  type Info,
  type Operation,
  type OperationChange,
  type OperationEvent,
  type Problem,
  type Source
} from '../client';
import { type Row, rows } from './rows';

const SCHEMA_ID = 'urn:jupyter_envs:events:changes:v1';

/** Also tells the server that somebody looks: see its Announcer. */
const QUIET_MS = 30_000;
/** Where the event bus is silent while something goes on, we ask. */
const BUSY_MS = 1_000;
/** The server sends four events a second while something goes on. */
const BUS_IS_ALIVE_MS = 2_500;
const AWAY_MS = 3_000;
const OPERATIONS_SHOWN = 50;

/** What the panel knows, and everything it can ask for. Knows no widget. */
export class EnvironmentsModel implements IObservableDisposable {
  /** Something that is shown is different. */
  readonly changed = new Signal<this, void>(this);
  /** An operation that went on while this page was open has ended. */
  readonly ended = new Signal<this, Operation>(this);
  readonly disposed = new Signal<this, void>(this);

  info: Info | null = null;
  environments: Environment[] = [];
  /** Whether the server has answered once; before that there is nothing to show. */
  ready = false;
  /** Why the list may be old: the server does not answer. */
  away: string | null = null;
  /** Why there is no list: the server cannot read it. */
  problem: Problem | null = null;

  private readonly _operations = new Map<string, Operation>();
  private readonly _dismissed = new Set<string>();
  private readonly _logs = new Map<string, OperationEvent[]>();
  private readonly _poll: Poll;
  private _lastEvent = 0;

  /**
   * @param events - the event bus, where there is one
   * @param standby - when not to ask: while the page is hidden, unless told otherwise
   */
  constructor(
    readonly client: EnvsClient,
    private readonly _events: ISignal<Event.IManager, Event.Emission> | null,
    standby: Poll.Standby = 'when-hidden'
  ) {
    this._events?.connect(this._onEvent, this);
    this._poll = new Poll({
      name: 'jupyter_envs:refresh',
      factory: () => this._look(),
      frequency: { interval: QUIET_MS, backoff: false },
      standby,
      auto: false
    });
  }

  /** Begin to follow the server. */
  start(): void {
    void this._poll.start();
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._poll.dispose();
      this._events?.disconnect(this._onEvent, this);
      this.disposed.emit();
      Signal.clearData(this);
    }
  }

  /** The lines of the list. */
  rows(): Row[] {
    return rows(this.environments, this.operations(), this._dismissed, Date.now());
  }

  /** The operations that are known, newest first. */
  operations(): Operation[] {
    return [...this._operations.values()].sort((a, b) => b.id.localeCompare(a.id));
  }

  /** The events of an operation, as far as they were asked for. */
  log(id: string): readonly OperationEvent[] {
    return this._logs.get(id) ?? [];
  }

  /** Ask for everything now. */
  async refresh(): Promise<void> {
    await this._poll.refresh();
    await this._poll.tick;
  }

  async create(source: Source, name: string | null = null): Promise<Operation> {
    return this._began(await this.client.create(source, name));
  }

  async update(name: string, source: Source | null = null): Promise<Operation> {
    return this._began(await this.client.update(name, source));
  }

  async clone(name: string, newName: string): Promise<Operation> {
    return this._began(await this.client.clone(name, newName));
  }

  async remove(name: string, force: boolean): Promise<Operation> {
    return this._began(await this.client.remove(name, force));
  }

  async resume(id: string): Promise<Operation> {
    return this._began(await this.client.resume(id));
  }

  /** Rejects with EnvsError also where the attempt was made and failed. */
  async rollback(name: string, generation: number): Promise<Operation> {
    const done = this._began(await this.client.rollback(name, generation));
    if (done.error) {
      this._dismissed.add(done.id); // whoever asked is told at once
      throw new EnvsError(done.error, 422);
    }
    await this.refresh();
    return done;
  }

  async cancel(id: string): Promise<void> {
    await this.client.cancel(id);
    await this.refresh();
  }

  /** Somebody has seen that an operation went wrong. */
  dismiss(id: string): void {
    this._dismissed.add(id);
    this.changed.emit();
  }

  /** Fetch what is new of an operation's events. */
  async readLog(id: string): Promise<void> {
    const known = this._logs.get(id) ?? [];
    const { events } = await this.client.events(id, known.at(-1)?.seq ?? -1);
    const last = this._logs.get(id)?.at(-1)?.seq ?? -1;
    const fresh = events.filter(event => event.seq > last);
    this._logs.set(id, [...(this._logs.get(id) ?? []), ...fresh]);
    if (fresh.length > 0) {
      this.changed.emit();
    }
  }

  private _began(operation: Operation): Operation {
    this._take(operation);
    this._pace();
    this.changed.emit();
    return operation;
  }

  private async _look(): Promise<void> {
    try {
      const [info, environments, operations] = await Promise.all([
        this.info?.problem === null ? this.info : this.client.info(),
        this.client.environments(),
        this.client.operations(OPERATIONS_SHOWN)
      ]);
      this.info = info;
      this.environments = environments;
      this._forgetAllBut(operations);
      operations.forEach(one => this._take(one));
      this.problem = null;
      this.away = null;
      this.ready = true;
    } catch (error) {
      this._lookFailed(error);
    }
    this._pace();
    this.changed.emit();
  }

  private _lookFailed(error: unknown): void {
    if (error instanceof EnvsError) {
      this.problem = error.problem;
      this.away = null;
      this.ready = true;
    } else {
      this.away = error instanceof Error ? error.message : String(error);
    }
  }

  /** What the server has forgotten is over for us too. */
  private _forgetAllBut(operations: Operation[]): void {
    const kept = new Set(operations.map(one => one.id));
    const oldest = operations.at(-1)?.id ?? '';
    for (const id of this._operations.keys()) {
      // Newer ones began after the server had made its list.
      if (!kept.has(id) && id < oldest) {
        this._operations.delete(id);
        this._logs.delete(id);
      }
    }
  }

  /** Keep the newer of what is known and what is told. */
  private _take(operation: Operation): void {
    const known = this._operations.get(operation.id);
    if (known && known.events > operation.events) {
      return;
    }
    this._operations.set(operation.id, operation);
    if (known && !ENDED.includes(known.state) && ENDED.includes(operation.state)) {
      this.ended.emit(operation);
    }
  }

  private _onEvent(_: unknown, emission: Event.Emission): void {
    if (emission.schema_id !== SCHEMA_ID) {
      return;
    }
    this._lastEvent = Date.now();
    const changes = emission as unknown as Changes;
    const over = changes.operations.filter(one => ENDED.includes(one.state));
    changes.operations.filter(one => !ENDED.includes(one.state)).forEach(one => this._hear(one));
    if (changes.environments || over.length > 0) {
      void this._poll.refresh();
    }
    this._pace();
    this.changed.emit();
  }

  private _hear(change: OperationChange): void {
    this._take({ ...change, result: null, error: null, resumable: false });
  }

  /** Ask as often as there may be news that nobody brings. */
  private _pace(): void {
    if (this.isDisposed) {
      return;
    }
    const active = [...this._operations.values()].some(one => !ENDED.includes(one.state));
    const silent = Date.now() - this._lastEvent > BUS_IS_ALIVE_MS;
    const interval = this.away !== null ? AWAY_MS : active && silent ? BUSY_MS : QUIET_MS;
    // While something goes on, look again soon whether the bus has fallen silent.
    const checked = active && !silent ? BUS_IS_ALIVE_MS : interval;
    if (this._poll.frequency.interval !== checked) {
      this._poll.frequency = { ...this._poll.frequency, interval: checked };
    }
  }
}
