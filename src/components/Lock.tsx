import { downloadIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { AuditActions } from './Audit';
import { Button } from './Button';
import { useTrans } from './context';

interface LockProps {
  digest: string;
  /** Whether it can be had here. */
  kept: boolean;
  /** The environment that it was of: another one may be called like it. */
  name: string;
  actions: AuditActions;
}

/** A lock of the past: its digest, the exact file, and a way back to those packages. */
export function Lock({ digest, kept, name, actions }: LockProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <span className="jp-Envs-lock">
      <code title={digest}>{digest.slice(0, 12)}</code>
      {kept ? (
        <>
          <Button
            icon={downloadIcon}
            iconOnly
            label={trans.__('Download the exact lock')}
            onClick={() => actions.downloadLock(digest)}
          />
          <Button
            label={trans.__('Recreate from this lock…')}
            onClick={() => actions.recreate(digest, name)}
          />
        </>
      ) : (
        <span className="jp-Envs-aside">{trans.__('not kept here')}</span>
      )}
    </span>
  );
}
