import { addIcon, bugIcon, historyIcon, listIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Problem } from '../types';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import { DiskSpace, type DiskSpaceProps } from './DiskSpace';
import { EnvironmentRow, type RowProps } from './EnvironmentRow';
import { GpuStrip, type GpuStripProps } from './GpuStrip';
import { ProblemText } from './ProblemText';

/** What the whole panel shows. */
export interface PanelProps {
  ready: boolean;
  /** Why the list may be old, or null. */
  away: string | null;
  problem: Problem | null;
  writable: boolean;
  /** What is above the list; null before it has come. */
  gpus: GpuStripProps | null;
  /** What is below the list; null where there is nothing to tell. */
  disk: DiskSpaceProps | null;
  rows: readonly (RowProps & { id: string })[];
  actions: Actions;
}

/** The panel: a tool bar, what is wrong with the whole, and the list. */
export function Panel(props: PanelProps): React.JSX.Element {
  const { ready, away, problem, writable, rows, gpus, disk, actions } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-panel" aria-busy={!ready}>
      <div className="jp-Envs-toolbar">
        <h2>{trans.__('Environments')}</h2>
        <Button
          icon={addIcon}
          iconOnly
          label={trans.__('New environment')}
          disabled={!writable}
          onClick={() => actions.newEnvironment()}
        />
        <Button
          icon={listIcon}
          iconOnly
          label={trans.__('New environment from a stack')}
          disabled={!writable}
          onClick={() => actions.openStacks()}
        />
        <Button
          icon={historyIcon}
          iconOnly
          label={trans.__('What ran when')}
          onClick={() => actions.openAudit()}
        />
        <Button
          icon={bugIcon}
          iconOnly
          label={trans.__('Doctor')}
          title={trans.__('Doctor: what is wrong here, and what helps')}
          onClick={() => actions.openDoctor(null)}
        />
        <Button
          icon={refreshIcon}
          iconOnly
          label={trans.__('Refresh')}
          onClick={() => actions.refresh()}
        />
      </div>
      {away !== null && (
        <p className="jp-Envs-banner jp-mod-away" role="status">
          {ready
            ? trans.__('The server does not answer. This is what it said last; trying again…')
            : trans.__('The server does not answer. Trying again…')}
        </p>
      )}
      {problem && (
        <div className="jp-Envs-banner" role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {ready && !writable && !problem && (
        <p className="jp-Envs-banner" role="status">
          {trans.__(
            'The folder of the environments cannot be written: they can only be looked at.'
          )}
        </p>
      )}
      {gpus && <GpuStrip {...gpus} />}
      {!ready && away === null && <p className="jp-Envs-note">{trans.__('Loading…')}</p>}
      {ready && !problem && rows.length === 0 && <Empty writable={writable} actions={actions} />}
      <ul className="jp-Envs-list" aria-label={trans.__('Environments')}>
        {rows.map(({ id, ...row }) => (
          <EnvironmentRow key={id} {...row} />
        ))}
      </ul>
      {disk && <DiskSpace {...disk} />}
    </div>
  );
}

function Empty(props: { writable: boolean; actions: Actions }): React.JSX.Element {
  const { writable, actions } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-empty">
      <p>{trans.__('There are no environments yet.')}</p>
      {writable && (
        <>
          <p>
            {trans.__(
              'Right-click an environment.yml in the file browser and choose Create Environment, or write a new one here.'
            )}
          </p>
          <div className="jp-Envs-buttons">
            <Button
              label={trans.__('New environment')}
              kind="accept"
              onClick={() => actions.newEnvironment()}
            />
            <Button label={trans.__('From a stack…')} onClick={() => actions.openStacks()} />
          </div>
        </>
      )}
    </div>
  );
}
