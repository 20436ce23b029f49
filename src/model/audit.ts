import { Signal } from '@lumino/signaling';

import { type Audit, type DigestView, type EnvsClient, EnvsError, type Fault } from '../client';
import type { LocalMoment, Question } from '../past';
import { readLocal } from './moments';

export const NOTHING_ASKED: Question = { when: '', notebook: '', digest: '' };

/** "What ran when": a question, its answer, and whether the record can be trusted. */
export class AuditModel {
  readonly changed = new Signal<this, void>(this);

  question: Question = NOTHING_ASKED;
  /** How the time that was asked for was read; null for now. */
  moment: LocalMoment | null = null;
  busy = false;
  answer: Audit | null = null;
  /** What is known of the digest that was asked for. */
  digests: readonly DigestView[] = [];
  error: unknown = null;

  verifying = false;
  /** Null before the record was looked through. */
  faults: readonly Fault[] | null = null;
  faultsError: unknown = null;

  private _asked = 0;

  constructor(private readonly _client: EnvsClient) {}

  /**
   * @param at - the moment that is meant, where the question's local time is there twice
   */
  async ask(question: Question, at?: string): Promise<void> {
    const number = ++this._asked;
    const moment = readLocal(question.when);
    Object.assign(this, { question, moment, busy: true, error: null });
    this.changed.emit();
    const done = await this._look(question, at ?? moment?.iso).then(
      ([answer, digests]) => ({ answer, digests, error: null }),
      (error: unknown) => ({ answer: null, digests: [], error })
    );
    if (number === this._asked) {
      Object.assign(this, done, { busy: false });
      this.changed.emit();
    }
  }

  /** Look whether anything was changed in the record; reads all of it. */
  async verify(): Promise<void> {
    Object.assign(this, { verifying: true, faults: null, faultsError: null });
    this.changed.emit();
    const done = await this._client.faults().then(
      faults => ({ faults }),
      (error: unknown) => ({ faultsError: error })
    );
    Object.assign(this, done, { verifying: false });
    this.changed.emit();
  }

  private _look(question: Question, at?: string): Promise<[Audit, DigestView[]]> {
    const notebook = question.notebook.trim();
    const digest = question.digest.trim();
    return Promise.all([
      this._client.audit({ at, notebook, digest }),
      digest === '' ? [] : this._uses(digest)
    ]);
  }

  private async _uses(digest: string): Promise<DigestView[]> {
    try {
      return await this._client.uses(digest);
    } catch (error) {
      if (error instanceof EnvsError && error.status === 404) {
        return []; // nobody here has ever seen it: an answer too
      }
      throw error;
    }
  }
}
