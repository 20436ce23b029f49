import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment, Operation, OperationEvent } from '../types';
import { bytes } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import { Details, type More } from './Details';
import { DriftBadge } from './DriftBadge';
import { Failed } from './Failed';
import { ProbeBadge } from './ProbeBadge';
import { Running } from './Running';

/** What one line of the list shows. */
export interface RowProps {
  name: string;
  environment: Environment | null;
  operation: Operation | null;
  failed: Operation | null;
  kernels: number;
  log: readonly OperationEvent[];
  more: More;
  file: string | null;
  formats: readonly string[];
  /** Whether the folder of the environments can be written. */
  writable: boolean;
  actions: Actions;
  isOpen: boolean;
  onToggle: () => void;
}

/** An environment, or one that is being made: its state at a glance, the rest behind a click. */
export function EnvironmentRow(props: RowProps): React.JSX.Element {
  const { name, environment, operation, failed, log, actions, writable, isOpen, onToggle } = props;
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <li className="jp-Envs-row" data-name={name} data-state={stateOf(props)}>
      <div className="jp-Envs-head">
        {environment ? (
          <button type="button" className="jp-Envs-title" aria-expanded={isOpen} onClick={onToggle}>
            <Caret.react tag="span" className="jp-Envs-caret" />
            <span className="jp-Envs-name">{name}</span>
            <Chips {...props} />
          </button>
        ) : (
          <div className="jp-Envs-title">
            <span className="jp-Envs-name">{name}</span>
          </div>
        )}
        {environment && <Summary environment={environment} />}
        {environment?.managed === true && !environment.archived && !environment.broken && (
          <>
            <DriftBadge drift={environment.drift} isOpen={isOpen} onToggle={onToggle} />
            <ProbeBadge environment={environment} isOpen={isOpen} onToggle={onToggle} />
          </>
        )}
      </div>
      {operation && (
        <Running operation={operation} log={log} actions={actions} locked={!writable} />
      )}
      {failed && <Failed operation={failed} log={log} actions={actions} locked={!writable} />}
      {environment && isOpen && (
        <Details
          environment={environment}
          more={props.more}
          file={props.file}
          formats={props.formats}
          actions={actions}
          locked={operation !== null || !writable}
        />
      )}
      {isBehind(environment) && !operation && !isOpen && (
        <Behind environment={environment} actions={actions} locked={!writable} />
      )}
    </li>
  );
}

function Summary({ environment }: { environment: Environment }): React.JSX.Element {
  const trans = useTrans();
  const facts = [
    environment.language,
    environment.packages !== null
      ? trans._n('%1 package', '%1 packages', environment.packages)
      : null,
    environment.size !== null ? bytes(environment.size) : null,
    environment.generation !== null ? trans.__('generation %1', environment.generation) : null
  ];
  return (
    <div className="jp-Envs-summary">
      {environment.managed ? facts.filter(Boolean).join(' · ') : trans.__('made by another tool')}
    </div>
  );
}

function Chips(props: RowProps): React.JSX.Element {
  const { environment, kernels } = props;
  const trans = useTrans();
  return (
    <>
      {kernels > 0 && (
        <span className="jp-Envs-chip jp-mod-kernels">
          {trans._n('%1 kernel', '%1 kernels', kernels)}
        </span>
      )}
      {environment?.archived === true && (
        <span className="jp-Envs-chip">{trans.__('archived')}</span>
      )}
      {environment?.broken === true && (
        <span className="jp-Envs-chip jp-mod-broken">{trans.__('damaged')}</span>
      )}
      {isBehind(environment) && (
        <span className="jp-Envs-chip jp-mod-behind">{trans.__('file changed')}</span>
      )}
    </>
  );
}

function Behind(props: {
  environment: Environment;
  actions: Actions;
  locked: boolean;
}): React.JSX.Element {
  const trans = useTrans();
  return (
    <div className="jp-Envs-offer">
      <Button
        label={trans.__('Update from file')}
        kind="accept"
        disabled={props.locked}
        onClick={() => props.actions.update(props.environment)}
      />
    </div>
  );
}

/** An archived one cannot be updated before it is there again. */
function isBehind(environment: Environment | null): environment is Environment {
  return environment?.behind === true && !environment.archived;
}

function stateOf({ environment, operation, failed }: RowProps): string {
  if (operation) {
    return operation.state;
  }
  if (failed) {
    return failed.state;
  }
  if (environment?.archived === true) {
    return 'archived';
  }
  if (environment?.broken === true) {
    return 'broken';
  }
  return environment?.managed === false ? 'unmanaged' : 'ready';
}
