import type { DriftReport, Environment, EnvsClient } from '../client';

/** What was changed in environments since they were made, asked for once for each change. */
export class DriftReports {
  private readonly _known = new Map<string, { mark: string; report: DriftReport | null }>();
  private readonly _checking = new Set<string>();

  /** @param _changed - called when something that is shown is different */
  constructor(
    private readonly _client: EnvsClient,
    private readonly _changed: () => void
  ) {}

  /** What is known of an environment as it is now; null before the answer has come. */
  of(environment: Environment): DriftReport | null {
    const known = this._known.get(environment.slug);
    return known?.mark === markOf(environment) ? known.report : null;
  }

  /** Whether every file of it is being looked at. */
  isChecking(environment: Environment): boolean {
    return this._checking.has(environment.slug);
  }

  /** Somebody looks at the environment: ask, where there is something to tell. */
  async want(environment: Environment): Promise<void> {
    const { slug, drift } = environment;
    const mark = markOf(environment);
    if (!drift?.count || this._known.get(slug)?.mark === mark) {
      return;
    }
    this._known.set(slug, { mark, report: null });
    const isWanted = (): boolean => this._known.get(slug)?.mark === mark;
    try {
      const report = await this._client.drift(slug, 'identity');
      if (isWanted()) {
        this._known.set(slug, { mark, report });
        this._changed();
      }
    } catch {
      // It went away meanwhile, or the server did: the next look asks again.
      if (isWanted()) {
        this._known.delete(slug);
      }
    }
  }

  /** Compare every file with the lock; the list is old afterwards. */
  async check(environment: Environment): Promise<DriftReport> {
    this._checking.add(environment.slug);
    this._changed();
    try {
      return await this._client.drift(environment.slug, 'content');
    } finally {
      this._checking.delete(environment.slug);
      this._changed();
    }
  }
}

function markOf({ generation, created, drift }: Environment): string {
  return JSON.stringify([generation, created, drift]);
}
