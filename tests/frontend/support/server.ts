import { PromiseDelegate } from '@lumino/coreutils';

import { EnvsClient } from '../../../src/client';
import type {
  AdoptionPreview,
  Audit,
  Check,
  CleanPlan,
  DriftReport,
  Difference,
  DigestView,
  DoctorReport,
  Environment,
  Fault,
  Hardware,
  Holders,
  Info,
  Operation,
  OperationEvent,
  Package,
  PastEvent,
  Problem,
  Process,
  SourceState,
  Stacks,
  Storage
} from '../../../src/types';
import { type Asked, BASE_URL, connection, json, noNetwork } from './network';
import { doctorReport } from './doctor';
import { hardware, holders } from './gpus';
import { stacks } from './stacks';
import { audit } from './past';
import {
  adoptionPreview,
  check,
  cleanPlan,
  driftReport,
  info,
  operation,
  problem,
  sourceState,
  storage
} from './records';

const API = 'jupyter-envs/api';

type Handler = (asked: Asked, ...parts: string[]) => Response;

/** A small server in memory, behind a real connection: our API, and what we use of Jupyter's. */
export class FakeServer {
  info: Info = info();
  environments: Environment[] = [];
  /** Newest first, as the server tells them. */
  operations: Operation[] = [];
  events: Record<string, OperationEvent[]> = {};
  packages: Package[] = [];
  processes: Process[] = [];
  check: Check = check();
  source: SourceState = sourceState();
  /** What was measured last, and what is there now. */
  known: Storage = storage();
  storage: Storage = storage();
  /** By what may go, as "generations=false&packages=true". */
  cleanPlans: Record<string, CleanPlan> = {};
  drift: DriftReport = driftReport();
  adoption: AdoptionPreview = adoptionPreview();
  /** What a look at every file finds, where that is more. */
  wholeDrift: DriftReport | null = null;
  /** What is found in a text; `check` for each, unless told otherwise. */
  judge: (text: string) => Check = () => this.check;
  hardware: Hardware = hardware();
  holders: Holders = holders();
  stacks: Stacks = stacks();
  doctor: DoctorReport = doctorReport();
  ledger: PastEvent[] = [];
  audit: Audit = audit();
  faults: Fault[] = [];
  /** What is known of locks. */
  locks: DigestView[] = [];
  /** What differs, by "a -> b". */
  differences: Record<string, Difference> = {};
  /** Texts of the file browser, by path; `write` is how they change. */
  files: Record<string, string> = {};
  kernels: { id: string; name: string }[] = [];

  /** Nobody answers. */
  isAway = false;
  /** How the next rollback goes wrong, once it was begun. */
  rollbackError: Problem | null = null;
  /** Everything asked for, as "GET environments/x?y=z", with Jupyter's own as "GET /api/…". */
  readonly asked: string[] = [];
  /** The bodies of what was sent, by the same words. */
  readonly bodies: Record<string, unknown> = {};

  readonly settings = connection(asked => this._answer(asked));
  readonly client = new EnvsClient(this.settings);

  private readonly _refusals = new Map<string, { problem: Problem; status: number }[]>();
  private _gate: Promise<void> = Promise.resolve();
  private readonly _written: Record<string, string> = {};
  private _writings = 0;

  /** Refuse this request once, such as "POST environments". */
  refuse(request: string, problem: Problem, status = 409): void {
    this._refusals.set(request, [...(this._refusals.get(request) ?? []), { problem, status }]);
  }

  /** Keep the answers to what is asked from now on, as they are then; returns what sends them. */
  hold(): () => void {
    const gate = new PromiseDelegate<void>();
    this._gate = gate.promise;
    return () => gate.resolve();
  }

  /** Send further answers at once; what is kept already stays so. */
  release(): void {
    this._gate = Promise.resolve();
  }

  /** Write a file, whoever does it. */
  write(path: string, content: string): void {
    this.files[path] = content;
    this._writings += 1;
    this._written[path] = new Date(Date.UTC(2026, 10, 18) + this._writings).toISOString();
  }

  /** How often something was asked for. */
  count(request: string): number {
    return this.asked.filter(one => one === request).length;
  }

  /** Take up an operation, the newest. */
  begin(change: Partial<Operation>): Operation {
    const number = this.operations.length + 1;
    const id = `018f${number.toString(16).padStart(8, '0')}aaaaaaaa`;
    const begun = operation({ id, state: 'queued', phase: 'queued', events: 2, ...change });
    this.operations = [begun, ...this.operations];
    return begun;
  }

  /** Let an operation go on. */
  goOn(id: string, change: Partial<Operation>): Operation {
    const before = this._operation(id);
    const after = { ...before, events: before.events + 1, ...change };
    this.operations = this.operations.map(one => (one.id === id ? after : one));
    return after;
  }

  private async _answer(asked: Asked): Promise<Response> {
    const path = asked.url.href.slice(BASE_URL.length).replace(/[?&]\d+$/, '');
    const request = path.startsWith(API)
      ? `${asked.method} ${path.slice(API.length + 1)}`
      : `${asked.method} /${path.replace(/\?.*$/, '')}`;
    this.asked.push(request);
    if (asked.body !== null) {
      this.bodies[request] = asked.body;
    }
    const answer = this.isAway ? null : (this._refused(request) ?? this._route(request, asked));
    await this._gate;
    return answer ?? noNetwork();
  }

  private _refused(request: string): Response | null {
    const refusal = this._refusals.get(request)?.shift();
    return refusal ? json(refusal.problem, refusal.status) : null;
  }

  private _route(request: string, asked: Asked): Response {
    for (const [pattern, handler] of this._routes) {
      const found = pattern.exec(request);
      if (found) {
        return handler(asked, ...found.slice(1).map(decodeURIComponent));
      }
    }
    return json({ message: 'Not Found', reason: null }, 404);
  }

  private readonly _routes: [RegExp, Handler][] = [
    [/^GET $/, () => json(this.info)],
    [/^GET environments$/, () => json({ environments: this.environments })],
    [/^POST environments$/, ({ body }) => this._create(body as { name: string | null })],
    [/^GET environments\/([^/]+)$/, (_, slug) => this._one(slug)],
    [/^PUT environments\/([^/]+)$/, (_, name) => this._accept({ verb: 'update', name })],
    [/^DELETE environments\/([^/?]+)\?force=/, (_, n) => this._accept({ verb: 'remove', name: n })],
    [/^POST environments\/([^/]+)\/rollback$/, ({ body }, name) => this._rollback(name, body)],
    [
      /^POST environments\/[^/]+\/clone$/,
      ({ body }) => this._accept({ name: (body as { name: string }).name })
    ],
    [/^POST environments\/([^/]+)\/archive$/, (_, name) => this._accept({ verb: 'archive', name })],
    [
      /^POST environments\/([^/]+)\/recreate$/,
      (_, n) => this._accept({ verb: 'recreate', name: n })
    ],
    [/^POST environments\/([^/]+)\/kernel$/, (_, slug) => this._one(slug)],
    [/^GET environments\/[^/]+\/source$/, () => json(this.source)],
    [/^GET storage\?known=(.+)$/, (_, known) => json(known === 'true' ? this.known : this.storage)],
    [/^GET storage\/clean\?generations=(.+)&packages=(.+)$/, (_, g, p) => this._cleanPlan(g, p)],
    [/^POST storage\/clean$/, () => this._accept({ verb: 'clean', name: '' })],
    [/^GET environments\/[^/]+\/drift\?level=(.+)$/, (_, level) => this._drift(level)],
    [/^GET environments\/[^/]+\/adoption$/, () => json(this.adoption)],
    [/^POST environments\/([^/]+)\/adopt$/, (_, name) => this._accept({ verb: 'adopt', name })],
    [/^POST environments\/([^/]+)\/repair$/, (_, name) => this._accept({ verb: 'repair', name })],
    [/^POST environments\/[^/]+\/keep$/, () => json(this.drift)],
    [/^GET environments\/[^/]+\/packages$/, () => json({ packages: this.packages })],
    [/^GET environments\/[^/]+\/usage$/, () => json({ processes: this.processes })],
    [/^GET environments\/([^/]+)\/activation$/, (_, n) => json({ command: `activate ${n}` })],
    [/^GET environments\/([^/]+)\/export\?format=(.+)$/, (_, n, format) => exported(n, format)],
    [/^GET hardware$/, () => json(this.hardware)],
    [/^GET hardware\/kernels$/, () => json(this.holders)],
    [/^GET stacks$/, () => json(this.stacks)],
    [/^GET doctor(\?.*)?$/, () => json(this.doctor)],
    [/^POST environments\/([^/]+)\/probe$/, (_, name) => this._accept({ verb: 'probe', name })],
    [/^GET ledger(\?.*)?$/, () => json({ events: this.ledger })],
    [/^GET ledger\/audit(\?.*)?$/, () => json(this.audit)],
    [/^GET ledger\/faults$/, () => json({ faults: this.faults })],
    [/^GET diff\?a=(.+)&b=(.+)$/, (_, a, b) => this._difference(a, b)],
    [/^GET locks\/([^/]+)\/uses$/, (_, beginning) => this._uses(beginning)],
    [/^GET locks\/([^/]+)$/, (_, digest) => exported(digest, 'lock')],
    [/^POST specs\/lock$/, () => this._accept({ verb: 'lock', name: 'demo' })],
    [/^POST specs\/check$/, ({ body }) => json(this._judge(body))],
    [/^GET operations\?limit=50$/, () => json({ operations: this.operations })],
    [/^DELETE operations\/(.+)$/, (_, id) => this._cancel(id)],
    [/^GET operations\/(.+)\/events\?after=(.+)$/, (_, id, after) => this._events(id, after)],
    [/^POST operations\/(.+)\/resume$/, (_, id) => this._resume(id)],
    [/^GET \/api\/kernels$/, () => json(this.kernels)],
    [/^POST \/api\/kernels\/(.+)\/restart$/, (_, id) => json(this._kernel(id))],
    [/^DELETE \/api\/kernels\/(.+)$/, (_, id) => this._endKernel(id)],
    [/^GET \/api\/kernelspecs$/, () => json(KERNELSPECS)],
    [/^GET \/api\/contents\/(.+)$/, ({ url }, path) => this._file(url, path)],
    [/^PUT \/api\/contents\/(.+)$/, ({ body }, path) => this._save(path, body)]
  ];

  private _kernel(id?: string): object {
    return this.kernels.find(one => one.id === id) ?? {};
  }

  private _endKernel(id?: string): Response {
    this.kernels = this.kernels.filter(one => one.id !== id);
    return new Response(null, { status: 204 });
  }

  private _uses(beginning = ''): Response {
    const digests = this.locks.filter(one => one.digest.startsWith(beginning));
    return digests.length > 0 ? json({ digests }) : json(problem({ code: 'lock_not_found' }), 404);
  }

  private _difference(a = '', b = ''): Response {
    const found = this.differences[`${a} -> ${b}`];
    return found ? json(found) : json(problem({ code: 'generation_not_found' }), 404);
  }

  private _judge(body: unknown): Check {
    const { source } = body as { source: { text?: string } };
    return this.judge(source.text ?? '');
  }

  private _one(slug?: string): Response {
    const found = this._environment(slug);
    return found ? json(found) : json(problem({ code: 'environment_not_found' }), 404);
  }

  private _environment(slug?: string): Environment | undefined {
    return this.environments.find(one => one.slug === slug);
  }

  private _operation(id?: string): Operation {
    const found = this.operations.find(one => one.id === id);
    if (!found) {
      throw new Error(`no operation ${id ?? ''}`);
    }
    return found;
  }

  private _accept(change: Partial<Operation>): Response {
    return json(this.begin(change), 202);
  }

  private _create({ name }: { name: string | null }): Response {
    return this._accept({ name: name ?? this.check.name ?? '' });
  }

  private _rollback(slug: string | undefined, body: unknown): Response {
    const change = { verb: 'rollback', name: slug, phase: 'ended', events: 4 };
    if (this.rollbackError) {
      return json(this.begin({ ...change, state: 'failed', error: this.rollbackError }));
    }
    const { generation } = body as { generation: number };
    this.environments = this.environments.map(one =>
      one.slug === slug ? { ...one, generation } : one
    );
    return json(this.begin({ ...change, state: 'succeeded' }));
  }

  private _cleanPlan(generations = '', packages = ''): Response {
    return json(this.cleanPlans[`generations=${generations}&packages=${packages}`] ?? cleanPlan());
  }

  private _drift(level?: string): Response {
    return json(level === 'content' ? (this.wholeDrift ?? this.drift) : this.drift);
  }

  private _cancel(id?: string): Response {
    this.goOn(this._operation(id).id, { state: 'cancelled', phase: 'ended' });
    return new Response(null, { status: 204 });
  }

  private _resume(id?: string): Response {
    const state = { state: 'queued', phase: 'queued', resumable: false } as const;
    return json(this.goOn(this._operation(id).id, state), 202);
  }

  private _events(id?: string, after?: string): Response {
    const events = (this.events[id ?? ''] ?? []).filter(one => one.seq > Number(after));
    return json({ events, operation: this._operation(id) });
  }

  private _file(url: URL, path = ''): Response {
    const content = this.files[path];
    if (content === undefined) {
      return json({ message: `No such file: ${path}` }, 404);
    }
    const isWanted = url.searchParams.get('content') === '1';
    return json(this._fileModel(path, isWanted ? content : null));
  }

  private _save(path = '', body: unknown): Response {
    this.write(path, (body as { content: string }).content);
    return json(this._fileModel(path, null));
  }

  private _fileModel(path: string, content: string | null): object {
    return {
      name: path.split('/').at(-1),
      path,
      type: 'file',
      writable: true,
      created: '2026-11-18T00:00:00Z',
      last_modified: this._written[path],
      mimetype: 'text/plain',
      format: content === null ? null : 'text',
      content
    };
  }
}

const KERNELSPECS = {
  default: 'python3',
  kernelspecs: {
    python3: {
      name: 'python3',
      spec: { display_name: 'Python', language: 'python', argv: [], env: {}, metadata: {} },
      resources: {}
    }
  }
};

function exported(name = '', format = ''): Response {
  return new Response(`${name} as ${format}`, {
    headers: { 'Content-Disposition': `attachment; filename="${format}.yml"` }
  });
}
