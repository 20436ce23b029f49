import React from 'react';

import type { Operation, OperationEvent } from '../types';
import { fraction, phaseTitle, progressText, verbTitle } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import { Log } from './Log';
import { ProgressBar } from './ProgressBar';

interface RunningProps {
  operation: Operation;
  log: readonly OperationEvent[];
  actions: Actions;
  /** The folder of the environments cannot be written. */
  locked: boolean;
}

/** An operation that goes on: what it does, how far it is, its log, and a way to stop it. */
export function Running({ operation, log, actions, locked }: RunningProps): React.JSX.Element {
  const trans = useTrans();
  const [open, setOpen] = React.useState(false);
  const { queue_position: position } = operation;
  const title = phaseTitle(operation.phase, trans);
  React.useEffect(() => {
    if (open) {
      actions.showLog(operation);
    }
    // Each new event makes a new operation, and so is asked for.
  }, [open, operation, actions]);
  return (
    <div className="jp-Envs-running" data-phase={operation.phase}>
      <div className="jp-Envs-phase">
        <span aria-live="polite">
          {verbTitle(operation.verb, trans)}: {title}
          {position !== null && ` (${trans.__('number %1 in the queue', position)})`}
        </span>
        <span className="jp-Envs-count">{progressText(operation, trans)}</span>
      </div>
      <ProgressBar value={fraction(operation)} label={title} />
      <div className="jp-Envs-buttons">
        <Button
          label={trans.__('Cancel')}
          disabled={locked}
          onClick={() => actions.cancel(operation)}
        />
        <Button
          label={open ? trans.__('Hide log') : trans.__('Show log')}
          onClick={() => setOpen(!open)}
        />
      </div>
      {open && <Log events={log} />}
    </div>
  );
}
