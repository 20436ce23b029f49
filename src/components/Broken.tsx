import { deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment } from '../types';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import type { More } from './Details';
import { Generations } from './Generations';
import { Rebuild } from './Rebuild';

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
      <Rebuild
        environment={environment}
        note={trans.__(
          'The files of its current generation were deleted or changed outside of Jupyter. Its lock was kept, so it can be built anew, exactly as it was.'
        )}
        label={trans.__('Repair')}
        actions={actions}
        locked={locked}
        onRebuild={() => actions.restore(environment)}
      />
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
