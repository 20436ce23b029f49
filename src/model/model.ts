import type { Event } from '@jupyterlab/services';
import type { IObservableDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import {
  type Changes,
  type Cleaning,
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
import { DriftReports } from './drift';
import { Gpus } from './gpus';
import { Sources } from './sources';
import { Storages } from './storage';
import { aside, type Row, rows } from './rows';

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

  /** What was changed in environments since they were made. */
  readonly drifts: DriftReports;

  /** The files that environments were made from. */
  readonly sources: Sources;
  /** What takes how much space. */
  readonly storage: Storages;
  /** How the GPUs and the machine are; it tells of changes itself. */
  readonly gpus: Gpus;

  private readonly _operations = new Map<string, Operation>();
  private readonly _dismissed = new Set<string>();
  private readonly _logs = new Map<string, OperationEvent[]>();
  private readonly _poll: Poll;
  private _lastEvent = 0;
  /** How many looks were begun, and which of them is shown. */
  private _looks = 0;
  private _shown = 0;

  /**
   * @param events - the event bus, where there is one
   * @param standby - when not to ask: while the page is hidden, unless told otherwise
   */
  constructor(
    readonly client: EnvsClient,
    private readonly _events: ISignal<Event.IManager, Event.Emission> | null,
    standby: Poll.Standby = 'when-hidden'
  ) {
    const changed = (): void => this.changed.emit();
    this.drifts = new DriftReports(client, changed);
    this.sources = new Sources(client, changed);
    this.storage = new Storages(client, changed);
    this.gpus = new Gpus(client, standby);
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
      this.gpus.dispose();
      this._events?.disconnect(this._onEvent, this);
      this.disposed.emit();
      Signal.clearData(this);
    }
  }

  /** The lines of the list. */
  rows(): Row[] {
    return rows(this.environments, this.operations(), this._dismissed, Date.now());
  }

  /** What cleans up now, and how it went wrong. */
  cleaning(): Pick<Row, 'operation' | 'failed'> {
    return aside('clean', this.operations(), this._dismissed, Date.now());
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
  refresh(): Promise<void> {
    // Not by the poll, which takes a look under way for the one that is wanted: its answers may
    // be older than the question.
    return this._look();
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

  async adopt(name: string, fingerprint: string | null, writeFile: boolean): Promise<Operation> {
    return this._began(await this.client.adopt(name, fingerprint, writeFile));
  }

  async repair(name: string): Promise<Operation> {
    return this._began(await this.client.repair(name));
  }

  async probe(name: string): Promise<Operation> {
    return this._began(await this.client.probe(name));
  }

  async archive(name: string, force: boolean): Promise<Operation> {
    return this._began(await this.client.archive(name, force));
  }

  async recreate(name: string): Promise<Operation> {
    return this._began(await this.client.recreate(name));
  }

  /** Write the lock of a file beside it. */
  async lockFile(path: string): Promise<Operation> {
    return this._began(await this.client.lockFile(path));
  }

  async registerKernel(name: string): Promise<void> {
    await this.client.registerKernel(name);
    await this.refresh();
  }

  async clean(what: Cleaning): Promise<Operation> {
    return this._began(await this.client.clean(what));
  }

  async resume(id: string): Promise<Operation> {
    this._dismissed.delete(id); // it may fail again, under the same id
    return this._began(await this.client.resume(id));
  }

  /** Rejects with EnvsError also where the attempt was made and failed. */
  async rollback(name: string, generation: number): Promise<Operation> {
    const done = await this.client.rollback(name, generation);
    if (done.error) {
      this._dismissed.add(done.id); // whoever asked is told at once
    }
    this._began(done);
    if (done.error) {
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
    this._take(operation, true);
    this._pace();
    this.changed.emit();
    return operation;
  }

  private async _look(): Promise<void> {
    const look = ++this._looks;
    const known = [...this._operations.keys()];
    const show = await this._ask().then(
      answers => () => this._lookedAt(answers, known),
      (error: unknown) => () => this._lookFailed(error)
    );
    if (look < this._shown) {
      return; // one that began later was faster
    }
    this._shown = look;
    show();
    this._pace();
    this.changed.emit();
  }

  private _ask(): Promise<[Info, Environment[], Operation[]]> {
    // Another server may be back than the one that went away.
    const isKnown = this.info?.problem === null && this.away === null;
    return Promise.all([
      isKnown && this.info ? this.info : this.client.info(),
      this.client.environments(),
      this.client.operations(OPERATIONS_SHOWN)
    ]);
  }

  private _lookedAt(
    [info, environments, operations]: [Info, Environment[], Operation[]],
    known: string[]
  ): void {
    this.info = info;
    this.environments = environments;
    this._forget(known, operations);
    operations.forEach(one => this._take(one));
    this.problem = null;
    this.away = null;
    this.ready = true;
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

  /** What was known before the server was asked, and it does not tell of, is over for us too. */
  private _forget(known: string[], operations: Operation[]): void {
    const kept = new Set(operations.map(one => one.id));
    for (const id of known.filter(one => !kept.has(one))) {
      this._operations.delete(id);
      this._logs.delete(id);
    }
  }

  /** Keep the newer of what is known and what is told; `isNews`: it cannot have ended before. */
  private _take(operation: Operation, isNews = false): void {
    const known = this._operations.get(operation.id);
    if (known && known.events > operation.events) {
      return;
    }
    this._operations.set(operation.id, operation);
    const wentOn = known ? !ENDED.includes(known.state) : isNews;
    if (wentOn && ENDED.includes(operation.state)) {
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
      void this._look();
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
    const { frequency, state } = this._poll;
    this._poll.frequency = { ...frequency, interval: checked };
    if (checked < frequency.interval && state.phase !== 'constructed') {
      void this._poll.schedule(); // the next look is not due before the earlier pace's end
    }
  }
}
