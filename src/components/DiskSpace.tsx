import React from 'react';

import type { EnvironmentStorage, Operation, OperationEvent, Storage } from '../types';
import { bytes, lastUsed, moment } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import { Failed } from './Failed';
import { Running } from './Running';

/** What the section about disk space shows. */
export interface DiskSpaceProps {
  /** What was measured last; null before it has come. */
  storage: Storage | null;
  measuring: boolean;
  /** What cleans up now, and how it went wrong. */
  operation: Operation | null;
  failed: Operation | null;
  log: readonly OperationEvent[];
  writable: boolean;
  isOpen: boolean;
  onToggle: () => void;
  actions: Actions;
}

/** What takes how much space, and a way to get some of it back. */
export function DiskSpace(props: DiskSpaceProps): React.JSX.Element {
  const { storage, measuring, operation, failed, log, writable, isOpen, onToggle, actions } = props;
  const trans = useTrans();
  return (
    <details className="jp-Envs-section jp-Envs-disk" open={isOpen}>
      <summary
        onClick={event => {
          event.preventDefault(); // the panel knows whether it is open
          onToggle();
        }}
      >
        {trans.__('Disk space')}
        {storage && (
          <span className="jp-Envs-aside">{trans.__('%1 free', bytes(storage.free))}</span>
        )}
      </summary>
      {isOpen && (
        <>
          {operation && (
            <Running operation={operation} log={log} actions={actions} locked={!writable} />
          )}
          {failed && <Failed operation={failed} log={log} actions={actions} locked={!writable} />}
          {storage ? <Measured storage={storage} /> : <p>{trans.__('Loading…')}</p>}
          <div className="jp-Envs-buttons">
            <Button
              label={trans.__('Clean up…')}
              title={trans.__('Show what nobody needs, and remove it')}
              disabled={!writable || operation !== null}
              onClick={() => actions.clean()}
            />
            <Button
              label={measuring ? trans.__('Measuring…') : trans.__('Measure now')}
              title={trans.__('Look at every file again')}
              disabled={measuring}
              onClick={() => actions.measure()}
            />
          </div>
        </>
      )}
    </details>
  );
}

function Measured({ storage }: { storage: Storage }): React.JSX.Element {
  const trans = useTrans();
  const largest = [...storage.by_environment].sort((a, b) => b.unique - a.unique);
  return (
    <>
      <dl className="jp-Envs-facts">
        <dt>{trans.__('Environments')}</dt>
        <dd>{bytes(storage.environments)}</dd>
        <dt>{trans.__('Cache')}</dt>
        <dd title={storage.cache_dir}>{bytes(storage.cache)}</dd>
        <dt>{trans.__('Free')}</dt>
        <dd>{trans.__('%1 of %2', bytes(storage.free), bytes(storage.total))}</dd>
        <dt>{trans.__('Measured')}</dt>
        <dd>{moment(storage.measured_at)}</dd>
      </dl>
      {largest.length > 0 && (
        <table className="jp-Envs-table" aria-label={trans.__('Disk space of each environment')}>
          <thead>
            <tr>
              <th scope="col">{trans.__('Environment')}</th>
              <th
                scope="col"
                title={trans.__('What goes from the disk with it; the rest is shared')}
              >
                {trans.__('Removal frees')}
              </th>
              <th scope="col">{trans.__('Last used')}</th>
            </tr>
          </thead>
          <tbody>
            {largest.map(one => (
              <tr key={one.slug}>
                <th scope="row">{one.name}</th>
                <td>{bytes(one.unique)}</td>
                <td>{used(one)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );

  function used(one: EnvironmentStorage): string {
    return one.archived ? trans.__('archived') : lastUsed(one.last_used, trans);
  }
}
