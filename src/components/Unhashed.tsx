import React from 'react';

import type { Environment } from '../types';
import { useTrans } from './context';

/** The packages that are pinned to a commit: no hash verifies what is built from it. */
export function Unhashed(props: { packages: Environment['unhashed'] }): React.JSX.Element | null {
  const trans = useTrans();
  const { packages } = props;
  if (packages.length === 0) {
    return null;
  }
  return (
    <details className="jp-Envs-unhashed">
      <summary>
        {trans._n(
          '%1 package is pinned to a commit and has no hash',
          '%1 packages are pinned to a commit and have no hash',
          packages.length
        )}
      </summary>
      <ul>
        {packages.map(one => (
          <li key={one.name} title={one.repository}>
            {one.name} {one.version}: <code title={one.commit}>{one.commit.slice(0, 12)}</code>
            {one.revision !== '' && ` (${one.revision})`}
          </li>
        ))}
      </ul>
    </details>
  );
}
