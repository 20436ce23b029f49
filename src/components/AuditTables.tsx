import React from 'react';

import type { Question } from '../past';
import type { Audit } from '../types';
import { driftText, moment, pastTitle, runningText } from '../texts';
import type { AuditActions } from './Audit';
import { useTrans } from './context';
import { Lock } from './Lock';

interface TableProps {
  answer: Audit;
  store: string | null;
  /** The folder that the file browser shows. */
  root: string | null;
  actions: AuditActions;
}

/** The last start of each notebook before the moment. */
export function AuditKernels(props: TableProps & { question: Question }): React.JSX.Element {
  const { answer, question, store, root, actions } = props;
  const trans = useTrans();
  const narrowed = question.notebook.trim() !== '' || question.digest.trim() !== '';
  if (answer.kernels.length === 0) {
    return (
      <p className="jp-Envs-note">
        {narrowed
          ? trans.__('No start of a kernel is recorded up to then that fits.')
          : trans.__('No start of a kernel is recorded up to then.')}
      </p>
    );
  }
  return (
    <section aria-label={trans.__('Notebooks and kernels')}>
      <h4>{trans.__('The last start of each notebook up to then')}</h4>
      <table className="jp-Envs-table" aria-label={trans.__('Notebooks and kernels')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Notebook')}</th>
            <th scope="col">{trans.__('Environment')}</th>
            <th scope="col">{trans.__('Started')}</th>
            <th scope="col">{trans.__('By')}</th>
            <th scope="col">{trans.__('Drift')}</th>
            <th scope="col">{trans.__('Kernel')}</th>
            <th scope="col">{trans.__('Lock')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.kernels.map((one, index) => (
            <tr key={index}>
              <th scope="row" title={one.notebook ?? undefined}>
                {one.notebook === null ? trans.__('no notebook') : within(one.notebook, root)}
              </th>
              <td>
                <Environment {...one} here={one.store === store} actions={actions} />
              </td>
              <td>
                <time dateTime={one.time} title={one.time}>
                  {moment(one.time)}
                </time>
              </td>
              <td>{one.user}</td>
              <td className={one.drift === 'drifted' ? 'jp-mod-drifted' : ''}>
                {driftText(one.drift, trans)}
              </td>
              <td title={one.kernel_id ?? undefined}>{runningText(one.running, trans)}</td>
              <td>
                <Lock
                  digest={one.lock_digest}
                  kept={one.lock_kept}
                  name={one.environment}
                  actions={actions}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The environments that there were, folded where the answer is above it already. */
export function AuditCurrent(props: TableProps): React.JSX.Element {
  const { answer, store, actions } = props;
  const trans = useTrans();
  const title = trans._n(
    '%1 environment that there was',
    '%1 environments that there were',
    answer.current.length
  );
  if (answer.current.length === 0) {
    return (
      <p className="jp-Envs-note">{trans.__('No environment is recorded for then that fits.')}</p>
    );
  }
  return (
    <details className="jp-Envs-section" open={answer.kernels.length === 0}>
      <summary>{title}</summary>
      <table className="jp-Envs-table" aria-label={trans.__('Environments')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Environment')}</th>
            <th scope="col">{trans.__('Since')}</th>
            <th scope="col">{trans.__('What')}</th>
            <th scope="col">{trans.__('By')}</th>
            <th scope="col">{trans.__('Lock')}</th>
          </tr>
        </thead>
        <tbody>
          {answer.current.map(one => (
            <tr key={`${one.store} ${one.environment}`}>
              <th scope="row">
                <Environment {...one} here={one.store === store} actions={actions} />
              </th>
              <td>
                <time dateTime={one.since} title={one.since}>
                  {moment(one.since)}
                </time>
              </td>
              <td>{pastTitle({ ...one, time: one.since }, trans)}</td>
              <td>{one.actor}</td>
              <td>
                {one.lock_digest !== null && (
                  <Lock
                    digest={one.lock_digest}
                    kept={one.lock_kept}
                    name={one.environment}
                    actions={actions}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** A path as the file browser shows it; whole where that does not reach it. */
function within(path: string, root: string | null): string {
  const folder = root === null ? null : `${root.replace(/\/+$/, '')}/`;
  return folder !== null && path.startsWith(folder) ? path.slice(folder.length) : path;
}

function Environment(props: {
  environment: string;
  generation: number;
  store: string;
  here: boolean;
  actions: AuditActions;
}): React.JSX.Element {
  const { environment, generation, store, here, actions } = props;
  const trans = useTrans();
  return (
    <>
      {here ? (
        <button
          type="button"
          className="jp-Envs-link"
          title={trans.__('History of %1', environment)}
          onClick={() => actions.openHistory(environment)}
        >
          {environment}
        </button>
      ) : (
        <span title={store}>{environment}</span>
      )}
      <span className="jp-Envs-aside">{trans.__('generation %1', generation)}</span>
    </>
  );
}
