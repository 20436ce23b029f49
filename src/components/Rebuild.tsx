import { historyIcon, undoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment } from '../types';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

interface RebuildProps {
  environment: Environment;
  /** What there is of it, and what there is not. */
  note: string;
  label: string;
  actions: Actions;
  /** Nothing can be changed: something goes on, or the folder cannot be written. */
  locked: boolean;
  onRebuild: () => void;
}

/** An environment that is not on the disk, but in its lock: the way to have it again. */
export function Rebuild(props: RebuildProps): React.JSX.Element {
  const { environment, note, label, actions, locked, onRebuild } = props;
  const trans = useTrans();
  return (
    <>
      <p className="jp-Envs-note">{note}</p>
      <div className="jp-Envs-buttons">
        <Button
          icon={undoIcon}
          label={label}
          kind="accept"
          title={trans.__('Build the packages of its lock, and publish it again')}
          disabled={locked}
          onClick={onRebuild}
        />
        <Button
          icon={historyIcon}
          label={trans.__('History')}
          title={trans.__('What happened to it')}
          onClick={() => actions.openHistory(environment)}
        />
      </div>
    </>
  );
}
