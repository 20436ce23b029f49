import type { ServerConnection } from '@jupyterlab/services';

import { LONG_MS, request, requestFile } from './request';
import type {
  AdoptionPreview,
  Audit,
  AuditQuery,
  Check,
  CleanPlan,
  DriftReport,
  Difference,
  DoctorReport,
  DigestView,
  Environment,
  Fault,
  Hardware,
  Holders,
  Info,
  Operation,
  OperationEvent,
  Package,
  PastEvent,
  Process,
  Source,
  SourceState,
  Stacks,
  Storage
} from '../types';

/** What may go: earlier generations, cached packages that no environment has. */
export interface Cleaning {
  generations: boolean;
  packages: boolean;
}

/** The REST API, one method for each thing that is asked of it. All reject with EnvsError or
 * Unreachable. */
export class EnvsClient {
  constructor(readonly settings: ServerConnection.ISettings) {}

  info(): Promise<Info> {
    return this._get('/');
  }

  async environments(): Promise<Environment[]> {
    return (await this._get<{ environments: Environment[] }>('environments')).environments;
  }

  environment(name: string): Promise<Environment> {
    return this._get(env(name));
  }

  create(source: Source, name: string | null): Promise<Operation> {
    return this._send('POST', 'environments', { source, name });
  }

  /** Without a source: from the file that it was made from. */
  update(name: string, source: Source | null): Promise<Operation> {
    return this._send('PUT', env(name), { source });
  }

  remove(name: string, force: boolean): Promise<Operation> {
    return this._send('DELETE', `${env(name)}?force=${force}`);
  }

  rollback(name: string, generation: number): Promise<Operation> {
    return this._send('POST', `${env(name)}/rollback`, { generation });
  }

  clone(name: string, newName: string): Promise<Operation> {
    return this._send('POST', `${env(name)}/clone`, { name: newName });
  }

  async packages(name: string): Promise<Package[]> {
    return (await this._get<{ packages: Package[] }>(`${env(name)}/packages`)).packages;
  }

  async processes(name: string): Promise<Process[]> {
    return (await this._get<{ processes: Process[] }>(`${env(name)}/usage`)).processes;
  }

  async activation(name: string): Promise<string> {
    return (await this._get<{ command: string }>(`${env(name)}/activation`)).command;
  }

  /** The environment as a file of one of the formats that `info` lists. */
  exported(name: string, format: string): Promise<{ data: Blob; name: string }> {
    return requestFile(this.settings, `${env(name)}/export?format=${encodeURIComponent(format)}`);
  }

  /** What was changed since it was made; `content` looks at every file. */
  drift(name: string, level: 'identity' | 'content'): Promise<DriftReport> {
    const patience = level === 'content' ? LONG_MS : undefined;
    return this._get(`${env(name)}/drift?level=${level}`, patience);
  }

  /** What adopting an environment that another tool made would make of it. */
  adoption(name: string): Promise<AdoptionPreview> {
    return this._get(`${env(name)}/adoption`, LONG_MS);
  }

  /** `fingerprint` is of what the person has seen. */
  adopt(name: string, fingerprint: string | null, writeFile: boolean): Promise<Operation> {
    return this._send('POST', `${env(name)}/adopt`, { fingerprint, write_file: writeFile });
  }

  repair(name: string): Promise<Operation> {
    return this._send('POST', `${env(name)}/repair`, {});
  }

  /** Let its frameworks compute a little, one after the other. */
  probe(name: string): Promise<Operation> {
    return this._send('POST', `${env(name)}/probe`, { frameworks: [], timeout: null });
  }

  keep(name: string, fingerprint: string | null): Promise<DriftReport> {
    return this._send('POST', `${env(name)}/keep`, { fingerprint });
  }

  /** `force`: also while processes run from it. */
  archive(name: string, force: boolean): Promise<Operation> {
    return this._send('POST', `${env(name)}/archive`, { force });
  }

  recreate(name: string): Promise<Operation> {
    return this._send('POST', `${env(name)}/recreate`, {});
  }

  /** Put its kernels where Jupyter looks for them, as they were published. */
  registerKernel(name: string): Promise<Environment> {
    return this._send('POST', `${env(name)}/kernel`, {});
  }

  /** The file that it was made from, as it is now, and what Git knows of it. */
  source(name: string): Promise<SourceState> {
    return this._get(`${env(name)}/source`);
  }

  /** Disk space; `known`: what was measured last, which takes no time. */
  storage(known: boolean): Promise<Storage> {
    return this._get(`storage?known=${known}`, known ? undefined : LONG_MS);
  }

  /** What cleaning would remove. It looks at every file of that. */
  cleanPlan(what: Cleaning): Promise<CleanPlan> {
    const query = `generations=${what.generations}&packages=${what.packages}`;
    return this._get(`storage/clean?${query}`, LONG_MS);
  }

  clean(what: Cleaning): Promise<Operation> {
    return this._send('POST', 'storage/clean', what);
  }

  check(source: Exclude<Source, { kind: 'lock' }>): Promise<Check> {
    return this._send('POST', 'specs/check', { source });
  }

  /** Write the lock of an environment.yml, a file of the file browser, beside it. */
  lockFile(path: string): Promise<Operation> {
    return this._send('POST', 'specs/lock', { path });
  }

  async operations(limit: number): Promise<Operation[]> {
    return (await this._get<{ operations: Operation[] }>(`operations?limit=${limit}`)).operations;
  }

  operation(id: string): Promise<Operation> {
    return this._get(operation(id));
  }

  events(id: string, after: number): Promise<{ events: OperationEvent[]; operation: Operation }> {
    return this._get(`${operation(id)}/events?after=${after}`);
  }

  async cancel(id: string): Promise<void> {
    await this._send('DELETE', operation(id));
  }

  resume(id: string): Promise<Operation> {
    return this._send('POST', `${operation(id)}/resume`, {});
  }

  // -- the machine ---------------------------------------------------------------------------

  /** The GPUs and the machine, as they were seen last. */
  hardware(): Promise<Hardware> {
    return this._get('hardware');
  }

  /** Whose the memory of the GPUs is. */
  holders(): Promise<Holders> {
    return this._get('hardware/kernels');
  }

  /** What can be made from, and what it would be made for on this machine. */
  stacks(): Promise<Stacks> {
    return this._get('stacks');
  }

  /** What is wrong here, or with one environment; `fresh`: not what was found a moment ago. */
  doctor(environment: string | null, fresh: boolean): Promise<DoctorReport> {
    const query = search({ environment: environment ?? '', fresh: fresh || undefined });
    return this._get(`doctor${query}`, LONG_MS);
  }

  // -- the past ------------------------------------------------------------------------------

  /** What is recorded, oldest first: of an environment (its slug), say. */
  async ledger(query: { environment?: string; limit?: number }): Promise<PastEvent[]> {
    return (await this._get<{ events: PastEvent[] }>(`ledger${search(query)}`)).events;
  }

  /** What ran at a moment, which is ISO 8601; now, if there is none. */
  audit(query: AuditQuery): Promise<Audit> {
    return this._get(`ledger/audit${search(query)}`);
  }

  /** What does not hold in the record; empty where all does. */
  async faults(): Promise<Fault[]> {
    return (await this._get<{ faults: Fault[] }>('ledger/faults')).faults;
  }

  /** From one thing to another: `name`, `name@3`, `name@TIME`, a lock digest. */
  diff(a: string, b: string): Promise<Difference> {
    return this._get(`diff${search({ a, b })}`);
  }

  /** What is known of all locks whose digests begin so. */
  async uses(digest: string): Promise<DigestView[]> {
    return (await this._get<{ digests: DigestView[] }>(`${lock(digest)}/uses`)).digests;
  }

  /** A lock that was once published here, as a file. */
  lock(digest: string): Promise<{ data: Blob; name: string }> {
    return requestFile(this.settings, lock(digest));
  }

  private _get<T>(path: string, patience?: number): Promise<T> {
    return request<T>(this.settings, 'GET', path, undefined, patience);
  }

  private _send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return request<T>(this.settings, method, path, body);
  }
}

function env(name: string): string {
  return `environments/${encodeURIComponent(name)}`;
}

function lock(digest: string): string {
  return `locks/${encodeURIComponent(digest)}`;
}

/** The query of an address; what is empty is left out. */
function search(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

function operation(id: string): string {
  return `operations/${encodeURIComponent(id)}`;
}
