import React from 'react';

import type { DigestView } from '../types';
import { moment } from '../texts';
import type { AuditActions } from './Audit';
import { useTrans } from './context';
import { Lock } from './Lock';

interface AuditDigestsProps {
  /** As it was asked for. */
  digest: string;
  digests: readonly DigestView[];
  actions: AuditActions;
}

/** What is known of a lock digest that was found in a notebook, a process, an image. */
export function AuditDigests({ digest, digests, actions }: AuditDigestsProps): React.JSX.Element {
  const trans = useTrans();
  if (digests.length === 0) {
    return (
      <p className="jp-Envs-note">
        {trans.__('No lock that begins with %1 is known here.', digest)}
      </p>
    );
  }
  return (
    <>
      {digests.map(one => (
        <section key={one.digest} aria-label={trans.__('Lock %1', one.digest)}>
          <h4>
            {trans.__('Lock')}{' '}
            <Lock
              digest={one.digest}
              kept={one.kept}
              name={one.uses[0]?.environment ?? one.here[0]?.environment ?? ''}
              actions={actions}
            />
          </h4>
          <p>{here(one)}</p>
          {one.uses.length > 0 && <Uses uses={one.uses} />}
        </section>
      ))}
    </>
  );

  function here(one: DigestView): string {
    if (one.here.length === 0) {
      return trans.__('No environment here has these packages now.');
    }
    const places = one.here.map(place =>
      place.current
        ? trans.__('%1, generation %2 (current)', place.environment, place.generation)
        : trans.__('%1, generation %2', place.environment, place.generation)
    );
    return trans.__('Here in: %1.', places.join('; '));
  }
}

function Uses({ uses }: { uses: DigestView['uses'] }): React.JSX.Element {
  const trans = useTrans();
  return (
    <table className="jp-Envs-table" aria-label={trans.__('Who made and ran what from it')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Environment')}</th>
          <th scope="col">{trans.__('Made')}</th>
          <th scope="col">{trans.__('By')}</th>
          <th scope="col">{trans.__('Kernels')}</th>
          <th scope="col">{trans.__('Last start')}</th>
          <th scope="col">{trans.__('Started by')}</th>
        </tr>
      </thead>
      <tbody>
        {uses.map(one => (
          <tr key={`${one.store} ${one.environment} ${one.generation}`}>
            <th scope="row" title={one.store}>
              {one.environment}
              <span className="jp-Envs-aside">{trans.__('generation %1', one.generation)}</span>
            </th>
            <td>{moment(one.first)}</td>
            <td>{one.by}</td>
            <td>{one.starts}</td>
            <td>{one.last_start === null ? '' : moment(one.last_start)}</td>
            <td>{one.users.join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
