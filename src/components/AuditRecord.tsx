import React from 'react';

import type { Fault, Problem } from '../types';
import { faultText } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';
import { Refusal } from './Refusal';

interface AuditRecordProps {
  verifying: boolean;
  /** Null before it was looked through. */
  faults: readonly Fault[] | null;
  faultsError: Problem | string | null;
  onVerify: () => void;
}

/** Whether the record itself can be trusted. */
export function AuditRecord(props: AuditRecordProps): React.JSX.Element {
  const { verifying, faults, faultsError, onVerify } = props;
  const trans = useTrans();
  return (
    <section className="jp-Envs-record" aria-label={trans.__('The record')}>
      <h4>{trans.__('Can the record be trusted?')}</h4>
      <p className="jp-Envs-lead">
        {trans.__(
          'Each line carries a hash of the one before it, and each lock its digest: what was changed, removed or cut off is found.'
        )}
      </p>
      <Button
        label={verifying ? trans.__('Checking…') : trans.__('Check the record')}
        disabled={verifying}
        onClick={onVerify}
      />
      {faultsError !== null && <Refusal refusal={faultsError} />}
      {faults?.length === 0 && (
        <p className="jp-Envs-holds" role="status">
          {trans.__('It holds: no line was changed or removed, and every lock is there.')}
        </p>
      )}
      {faults !== null && faults.length > 0 && (
        <div role="alert">
          <p className="jp-Envs-message">
            {trans._n(
              'It does not hold at %1 place:',
              'It does not hold at %1 places:',
              faults.length
            )}
          </p>
          <ul className="jp-Envs-faults">
            {faults.map((one, index) => (
              <li key={index} data-code={one.code}>
                {faultText(one, trans)}
                <span className="jp-Envs-aside">
                  {one.line > 0 ? trans.__('%1, line %2', one.file, one.line) : one.file}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
