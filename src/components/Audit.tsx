import React from 'react';

import type { LocalMoment, Question } from '../past';
import type { Audit as Answer, DigestView, Fault, Problem } from '../types';
import { moment, offset } from '../texts';
import { AuditForm } from './AuditForm';
import { AuditDigests } from './AuditDigests';
import { AuditRecord } from './AuditRecord';
import { AuditCurrent, AuditKernels } from './AuditTables';
import { Button } from './Button';
import { useTrans } from './context';
import { Refusal } from './Refusal';

/** What can be done with a lock, or with an environment, of the past. */
export interface AuditActions {
  downloadLock(digest: string): void;
  /** Make an environment of exactly the same packages; `name` is a suggestion. */
  recreate(digest: string, name: string): void;
  openHistory(environment: string): void;
}

export interface AuditProps {
  question: Question;
  moment: LocalMoment | null;
  notebook: string | null;
  zone: string;
  busy: boolean;
  answer: Answer | null;
  digests: readonly DigestView[];
  error: Problem | string | null;
  /** The folder whose environments have a history here. */
  store: string | null;
  /** The folder that the file browser shows. */
  root: string | null;
  verifying: boolean;
  faults: readonly Fault[] | null;
  faultsError: Problem | string | null;
  actions: AuditActions;
  /** `at`: the later one of two moments that the local time means. */
  onAsk: (question: Question, at?: string) => void;
  onVerify: () => void;
}

/** "What ran when": a question, the notebooks and environments of then, and their exact locks. */
export function Audit(props: AuditProps): React.JSX.Element {
  const { answer, error, busy, actions, question } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-page" aria-busy={busy}>
      <header>
        <h2>{trans.__('What ran when')}</h2>
      </header>
      <AuditForm {...props} />
      <div aria-live="polite">
        {busy && <p className="jp-Envs-note">{trans.__('Looking…')}</p>}
        {error !== null && !busy && <Refusal refusal={error} />}
        {answer && !busy && (
          <>
            <Heading {...props} answer={answer} />
            {question.digest.trim() !== '' && (
              <AuditDigests
                digest={question.digest.trim()}
                digests={props.digests}
                actions={actions}
              />
            )}
            <AuditKernels {...props} answer={answer} />
            <AuditCurrent {...props} answer={answer} />
          </>
        )}
      </div>
      <AuditRecord {...props} />
    </div>
  );
}

/** The moment that the answer is about, as it was read. */
function Heading(props: AuditProps & { answer: Answer }): React.JSX.Element {
  const { answer, question, moment: asked, onAsk } = props;
  const later = asked?.note === 'ambiguous' ? asked.other : null;
  const trans = useTrans();
  return (
    <>
      <h3>
        <time dateTime={answer.at}>{`${moment(answer.at)} (${offset(answer.at)})`}</time>
      </h3>
      {later !== null && (
        <div className="jp-Envs-banner jp-mod-away" role="status">
          <p>{trans.__('The clock showed this time twice, since it was changed.')}</p>
          {new Date(answer.at) < new Date(later) && (
            <Button
              label={trans.__('Look at the later one')}
              onClick={() => onAsk(question, later)}
            />
          )}
        </div>
      )}
      {asked?.note === 'skipped' && (
        <p className="jp-Envs-banner jp-mod-away" role="status">
          {trans.__('The clock never showed this time, since it was changed.')}
        </p>
      )}
    </>
  );
}
