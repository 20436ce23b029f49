import { deleteIcon, historyIcon, undoIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment } from '../types';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import type { More } from './Details';
import { Generations } from './Generations';

interface BrokenProps {
  environment: Environment;
  more: More;
  actions: Actions;
  /** Nothing can be changed: something goes on, or the folder cannot be written. */
  locked: boolean;
}

/** An environment whose current generation was deleted or damaged by a hand: the ways back. */
export function Broken({ environment, more, actions, locked }: BrokenProps): React.JSX.Element {
  const trans = useTrans();
  const whole = more.generations?.filter(one => !one.current) ?? [];
  return (
    <div className="jp-Envs-details">
      <p className="jp-Envs-note">
        {trans.__(
          'The files of its current generation were deleted or changed outside of Jupyter. Its lock was kept, so it can be built anew, exactly as it was.'
        )}
      </p>
      <div className="jp-Envs-buttons">
        <Button
          icon={undoIcon}
          label={trans.__('Repair')}
          kind="accept"
          title={trans.__('Build the packages of its lock, and publish it again')}
          disabled={locked}
          onClick={() => actions.restore(environment)}
        />
        <Button
          icon={historyIcon}
          label={trans.__('History')}
          title={trans.__('What happened to it')}
          onClick={() => actions.openHistory(environment)}
        />
      </div>
      {whole.length > 0 && (
        <details className="jp-Envs-section" open>
          <summary>{trans.__('Generations')}</summary>
          <Generations
            environment={environment}
            generations={whole}
            actions={actions}
            busy={locked}
          />
        </details>
      )}
      <div className="jp-Envs-buttons">
        <Button
          icon={deleteIcon}
          label={trans.__('Remove…')}
          kind="warn"
          disabled={locked}
          onClick={() => actions.remove(environment)}
        />
      </div>
    </div>
  );
}
