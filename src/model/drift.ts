import type { DriftReport, Environment, EnvsClient } from '../client';

interface Known {
  /** Which generation it is about. */
  made: string;
  /** The state that was asked about last. */
  mark: string;
  /** What was answered last; it is shown until there is news of that generation. */
  report: DriftReport | null;
}

/** What was changed in environments since they were made, asked for once for each change. */
export class DriftReports {
  private readonly _known = new Map<string, Known>();
  private readonly _checking = new Set<string>();

  /** @param _changed - called when something that is shown is different */
  constructor(
    private readonly _client: EnvsClient,
    private readonly _changed: () => void
  ) {}

  /** What is known of an environment's current generation; null before an answer has come. */
  of(environment: Environment): DriftReport | null {
    const known = this._known.get(environment.slug);
    return known?.made === madeOf(environment) ? known.report : null;
  }

  /** Whether every file of it is being looked at. */
  isChecking(environment: Environment): boolean {
    return this._checking.has(environment.slug);
  }

  /** Somebody looks at the environment: ask, where there is something to tell. */
  async want(environment: Environment): Promise<void> {
    const { slug, drift } = environment;
    const [made, mark] = [madeOf(environment), markOf(environment)];
    // A look at every file will tell more.
    if (!drift?.count || this._known.get(slug)?.mark === mark || this._checking.has(slug)) {
      return;
    }
    this._known.set(slug, { made, mark, report: this.of(environment) });
    const isWanted = (): boolean => this._known.get(slug)?.mark === mark;
    try {
      const report = await this._client.drift(slug, 'identity');
      if (isWanted()) {
        this._known.set(slug, { made, mark, report });
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

function madeOf({ generation, created }: Environment): string {
  return JSON.stringify([generation, created]);
}

function markOf({ generation, created, drift }: Environment): string {
  return JSON.stringify([generation, created, drift]);
}
