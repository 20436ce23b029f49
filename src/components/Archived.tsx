import { deleteIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment } from '../types';
import { moment } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';
import type { More } from './Details';
import { Download } from './Download';
import { Packages } from './Packages';
import { Rebuild } from './Rebuild';
import { SourceFact } from './SourceFact';

interface ArchivedProps {
  environment: Environment;
  more: More;
  file: string | null;
  formats: readonly string[];
  actions: Actions;
  /** Nothing can be changed: something goes on, or the folder cannot be written. */
  locked: boolean;
}

/** An environment of which only file and lock are there: it can be had again, or go for good. */
export function Archived(props: ArchivedProps): React.JSX.Element {
  const { environment, more, file, formats, actions, locked } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-details">
      <Rebuild
        environment={environment}
        note={trans.__(
          'Its files are not on the disk. Its environment.yml and its lock are, so it can be made again, exactly as it was.'
        )}
        label={trans.__('Recreate')}
        actions={actions}
        locked={locked}
        onRebuild={() => actions.recreate(environment)}
      />
      <dl className="jp-Envs-facts">
        <SourceFact environment={environment} file={file} state={more.source} actions={actions} />
        {environment.created !== null && (
          <>
            <dt>{trans.__('Made')}</dt>
            <dd>{moment(environment.created)}</dd>
          </>
        )}
        <dt>{trans.__('Lock')}</dt>
        <dd title={environment.lock_digest ?? undefined}>
          {environment.lock_digest?.slice(0, 12)}
        </dd>
      </dl>
      <details className="jp-Envs-section">
        <summary>{trans.__('Packages')}</summary>
        {more.packages ? (
          <Packages packages={more.packages} />
        ) : (
          <p className="jp-Envs-note">{trans.__('Loading…')}</p>
        )}
      </details>
      <div className="jp-Envs-buttons">
        <Download environment={environment} formats={formats} actions={actions} />
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
