import React from 'react';

import type { Finding, FixAction } from '../types';
import { actionLabel, findingText, fixTitle, remedyText, severityText } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';

/** Signs beside the words. */
const SIGNS: Readonly<Record<Finding['severity'], string>> = {
  error: '✖',
  warning: '▲',
  note: 'ℹ'
};

interface FindingItemProps {
  finding: Finding;
  /** The folder of the environments cannot be written. */
  locked: boolean;
  onFix: (action: FixAction, subject: string | null) => void;
}

/** One finding: how bad, what, what was seen, what helps, and a button where we can do that. */
export function FindingItem({ finding, locked, onFix }: FindingItemProps): React.JSX.Element {
  const trans = useTrans();
  const { fix, evidence } = finding;
  const { action } = fix;
  return (
    <li className={`jp-Envs-doctorFinding jp-mod-${finding.severity}`} data-id={finding.id}>
      <p>
        <span className="jp-Envs-severity">
          <span aria-hidden="true">{SIGNS[finding.severity]}</span>{' '}
          {severityText(finding.severity, trans)}
        </span>{' '}
        {findingText(finding, trans)}
      </p>
      <p>
        <strong>{fixTitle(finding, trans)}</strong> {remedyText(finding, trans)}
      </p>
      {finding.blocking && (
        <p className="jp-Envs-aside">
          {trans.__('While it is so, some other things were not looked at. Check again after it.')}
        </p>
      )}
      {evidence.length > 0 && (
        <details>
          <summary>{trans.__('What was seen')}</summary>
          <dl className="jp-Envs-facts">
            {evidence.map(({ source, value }) => (
              <React.Fragment key={`${source} ${value}`}>
                <dt>{source}</dt>
                <dd>{value}</dd>
              </React.Fragment>
            ))}
          </dl>
        </details>
      )}
      {action !== null && (
        <div className="jp-Envs-buttons">
          <Button
            label={actionLabel(action, trans)}
            kind={finding.severity === 'error' ? 'accept' : 'plain'}
            disabled={locked && WRITING.includes(action)}
            onClick={() => onFix(action, fix.subject)}
          />
        </div>
      )}
    </li>
  );
}

/** What needs a folder of environments that can be written. */
const WRITING: readonly FixAction[] = ['update', 'repair', 'clean', 'probe', 'register-kernel'];
