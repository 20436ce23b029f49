import React from 'react';

import type { Operation, OperationEvent } from '../types';
import { failureTitle } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import { Log } from './Log';
import { ProblemText } from './ProblemText';

interface FailedProps {
  operation: Operation;
  log: readonly OperationEvent[];
  actions: Actions;
  /** The folder of the environments cannot be written. */
  locked: boolean;
}

/** How an operation went wrong, and what can be done now. */
export function Failed({ operation, log, actions, locked }: FailedProps): React.JSX.Element {
  const trans = useTrans();
  const [open, setOpen] = React.useState(false);
  const toggle = (): void => {
    if (!open) {
      actions.showLog(operation);
    }
    setOpen(!open);
  };
  return (
    <div className="jp-Envs-failed" role="alert">
      <strong>{failureTitle(operation, trans)}</strong>
      {operation.error && <ProblemText problem={operation.error} />}
      <div className="jp-Envs-buttons">
        {operation.resumable && (
          <Button
            label={trans.__('Resume')}
            kind="accept"
            disabled={locked}
            onClick={() => actions.resume(operation)}
          />
        )}
        <Button label={open ? trans.__('Hide log') : trans.__('Show log')} onClick={toggle} />
        <Button label={trans.__('Dismiss')} onClick={() => actions.dismiss(operation)} />
      </div>
      {open && <Log events={log} />}
    </div>
  );
}
