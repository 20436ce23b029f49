import React from 'react';

import type { Drift, DriftReport, Environment, Verdict } from '../types';
import { lookedAt, verdictText } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

interface DriftSectionProps {
  environment: Environment;
  drift: Drift;
  /** All differences; null until they have come. */
  report: DriftReport | null;
  /** Every file is being looked at. */
  checking: boolean;
  actions: Actions;
  /** Nothing can be changed now. */
  locked: boolean;
}

/** What was changed in an environment since it was made, and the three ways out. */
export function DriftSection(props: DriftSectionProps): React.JSX.Element {
  const { drift } = props;
  const trans = useTrans();
  if (drift.count === 0) {
    // Nothing to decide: it stands back.
    return (
      <details className="jp-Envs-section jp-Envs-drift">
        <summary>
          {trans.__('Changes')}
          <span className="jp-Envs-aside">
            {drift.state === 'clean' ? trans.__('none') : trans.__('not known')}
          </span>
        </summary>
        {drift.state === 'unknown' && (
          <p className="jp-Envs-note">
            {trans.__('It cannot be told: its lock cannot be read, or it has not been looked at.')}
          </p>
        )}
        <Looked drift={drift} />
        <div className="jp-Envs-buttons">
          <CheckFiles {...props} />
        </div>
      </details>
    );
  }
  return (
    <section className={`jp-Envs-section jp-Envs-drift jp-mod-${drift.state}`}>
      <h3>{trans.__('Changed since it was made')}</h3>
      {props.report ? (
        <Verdicts verdicts={props.report.verdicts} />
      ) : (
        <p className="jp-Envs-note">{trans.__('Loading…')}</p>
      )}
      <Looked drift={drift} />
      <WaysOut {...props} />
    </section>
  );
}

function WaysOut(props: DriftSectionProps): React.JSX.Element {
  const { environment, drift, report, actions, locked } = props;
  const trans = useTrans();
  const impossible = report !== null && !report.adopt.possible;
  return (
    <div className="jp-Envs-buttons">
      <Button
        label={trans.__('Adopt…')}
        title={
          impossible
            ? trans.__('None of this can be written into an environment.yml')
            : trans.__('Write it into the environment.yml, and build from that')
        }
        disabled={locked || impossible}
        onClick={() => actions.adopt(environment)}
      />
      <Button
        label={trans.__('Restore…')}
        title={trans.__('Build it anew, as its lock says')}
        disabled={locked}
        onClick={() => actions.restore(environment)}
      />
      {drift.state === 'drifted' && (
        <Button
          label={trans.__('Keep as is…')}
          title={trans.__('Live with it: it is not shown as changed any more')}
          disabled={locked}
          onClick={() => actions.keep(environment)}
        />
      )}
      <CheckFiles {...props} />
    </div>
  );
}

function CheckFiles(props: DriftSectionProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <Button
      label={props.checking ? trans.__('Checking every file…') : trans.__('Check every file')}
      title={trans.__('Compare every byte with the lock, not only which packages there are')}
      disabled={props.checking}
      onClick={() => props.actions.checkFiles(props.environment)}
    />
  );
}

function Looked({ drift }: { drift: Drift }): React.JSX.Element | null {
  const trans = useTrans();
  const text = lookedAt(drift, trans);
  return text === null ? null : <p className="jp-Envs-aside">{text}</p>;
}

/** Differences, the worst first, each with the files that it is about. */
export function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }): React.JSX.Element {
  const trans = useTrans();
  return (
    <ul className="jp-Envs-verdicts" aria-label={trans.__('Changes')}>
      {verdicts.map((one, index) => (
        <li key={index} data-code={one.code} className={one.kept ? 'jp-mod-kept' : ''}>
          {verdictText(one, trans)}
          {one.kept && <span className="jp-Envs-chip">{trans.__('kept')}</span>}
          {one.count > 1 && <Files verdict={one} />}
        </li>
      ))}
    </ul>
  );
}

function Files({ verdict }: { verdict: Verdict }): React.JSX.Element {
  const trans = useTrans();
  const { files, count } = verdict;
  return (
    <details>
      <summary>{trans._n('%1 file', '%1 files', count)}</summary>
      <ul className="jp-Envs-files">
        {files.map(file => (
          <li key={file}>{file}</li>
        ))}
      </ul>
      {count > files.length && (
        <p className="jp-Envs-aside">{trans.__('and %1 more', count - files.length)}</p>
      )}
    </details>
  );
}
