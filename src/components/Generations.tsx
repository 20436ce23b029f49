import React from 'react';

import type { Environment, Generation } from '../types';
import { moment } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

interface GenerationsProps {
  environment: Environment;
  generations: readonly Generation[];
  actions: Actions;
  busy: boolean;
}

/** The generations, newest first, each with a way to make it current. */
export function Generations(props: GenerationsProps): React.JSX.Element {
  const { environment, generations, actions, busy } = props;
  const trans = useTrans();
  return (
    <ul className="jp-Envs-generations" aria-label={trans.__('Generations')}>
      {[...generations].reverse().map(one => (
        <li key={one.number} aria-current={one.current ? 'true' : undefined}>
          <span className="jp-Envs-number">{one.number}</span>
          <span title={trans.__('lock %1', one.lock_digest)}>
            {moment(one.created)}
            <span className="jp-Envs-aside">
              {trans._n('%1 package', '%1 packages', one.packages)}
              {one.in_use && ` · ${trans.__('in use')}`}
            </span>
          </span>
          {one.current ? (
            <span className="jp-Envs-chip">{trans.__('current')}</span>
          ) : (
            <Button
              label={
                one.number < (environment.generation ?? 0)
                  ? trans.__('Roll back')
                  : trans.__('Make current')
              }
              title={trans.__('Make generation %1 current', one.number)}
              disabled={busy}
              onClick={() => actions.rollback(environment, one.number)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
