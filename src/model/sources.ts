import type { Environment, EnvsClient, SourceState } from '../client';

/** What has become of the files that environments were made from. */
export class Sources {
  private readonly _known = new Map<string, { mark: string; state: SourceState | null }>();

  /** @param _changed - called when something that is shown is different */
  constructor(
    private readonly _client: EnvsClient,
    private readonly _changed: () => void
  ) {}

  /** What is known of an environment's file; null before an answer has come. */
  of(environment: Environment): SourceState | null {
    return this._known.get(environment.slug)?.state ?? null;
  }

  /** Somebody looks at the environment: ask, once for each state of it. */
  async want(environment: Environment): Promise<void> {
    const { slug, generation, created, source, behind } = environment;
    const mark = JSON.stringify([generation, created, source, behind]);
    const known = this._known.get(slug);
    if (!source?.file || known?.mark === mark) {
      return;
    }
    this._known.set(slug, { mark, state: known?.state ?? null });
    const isWanted = (): boolean => this._known.get(slug)?.mark === mark;
    try {
      const state = await this._client.source(slug);
      if (isWanted()) {
        this._known.set(slug, { mark, state });
        this._changed();
      }
    } catch {
      // It went away meanwhile, or the server did: the next look asks again.
      if (isWanted()) {
        this._known.delete(slug);
      }
    }
  }

  /** Ask again at the next look: a commit changes nothing that the list would tell. */
  forget(environment: Environment): void {
    const known = this._known.get(environment.slug);
    if (known) {
      known.mark = '';
    }
  }
}
