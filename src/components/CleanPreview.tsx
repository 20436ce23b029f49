import React from 'react';

import type { CleanItem, CleanPlan } from '../types';
import { bytes, cleanKind } from '../texts';
import { useTrans } from './context';

interface CleanPreviewProps {
  /** What would go; null while that is looked up. */
  plan: CleanPlan | null;
  /** It could not be looked up. */
  failed: boolean;
  generations: boolean;
  packages: boolean;
  onChoose: (choice: { generations: boolean; packages: boolean }) => void;
}

/** What cleaning up would remove, by kind, and what that frees. */
export function CleanPreview(props: CleanPreviewProps): React.JSX.Element {
  const { plan, failed, generations, packages, onChoose } = props;
  const trans = useTrans();
  return (
    <>
      <label className="jp-Envs-check">
        <input
          type="checkbox"
          checked={packages}
          onChange={event => onChoose({ generations, packages: event.target.checked })}
        />
        <span>
          {trans.__('Cached packages that no environment has')}
          <span className="jp-Envs-aside">
            {trans.__('They are downloaded again when something needs them.')}
          </span>
        </span>
      </label>
      <label className="jp-Envs-check">
        <input
          type="checkbox"
          checked={generations}
          onChange={event => onChoose({ packages, generations: event.target.checked })}
        />
        <span>
          {trans.__('Earlier generations that nothing runs from')}
          <span className="jp-Envs-aside">
            {trans.__('You cannot roll back to them any more.')}
          </span>
        </span>
      </label>
      <div role="status">
        {plan && <Plan plan={plan} />}
        {failed && <p>{trans.__('It could not be found out what can go. Try again later.')}</p>}
        {!plan && !failed && <p>{trans.__('Looking at what can go…')}</p>}
      </div>
    </>
  );
}

function Plan({ plan }: { plan: CleanPlan }): React.JSX.Element {
  const trans = useTrans();
  if (plan.items.length === 0) {
    return <p>{trans.__('There is nothing that could go.')}</p>;
  }
  const kinds = [...new Set(plan.items.map(one => one.kind))];
  return (
    <>
      {kinds.map(kind => (
        <Kind key={kind} kind={kind} items={plan.items.filter(one => one.kind === kind)} />
      ))}
      <p className="jp-Envs-total">{trans.__('%1 will be freed.', bytes(plan.bytes))}</p>
      {plan.blocked && (
        <p className="jp-Envs-hint">
          {trans.__(
            'Other operations are at work, and need the cached packages: wait for them first.'
          )}
        </p>
      )}
    </>
  );
}

function Kind(props: { kind: CleanItem['kind']; items: readonly CleanItem[] }): React.JSX.Element {
  const trans = useTrans();
  const size = props.items.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <details className="jp-Envs-kind">
      <summary>
        {trans.__('%1: %2', cleanKind(props.kind, trans), props.items.length)}
        <span className="jp-Envs-aside">{bytes(size)}</span>
      </summary>
      <ul className="jp-Envs-files">
        {props.items.map(one => (
          <li key={one.name}>
            {one.name}
            <span className="jp-Envs-aside">{bytes(one.bytes)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
