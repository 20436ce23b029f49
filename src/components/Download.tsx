import { downloadIcon } from '@jupyterlab/ui-components';
import React from 'react';

import type { Environment } from '../types';
import { formatTitle } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

interface DownloadProps {
  environment: Environment;
  formats: readonly string[];
  actions: Actions;
}

/** The environment as a file: what is chosen is fetched only when the button is pressed, since
 * the arrow keys go through every format on the way. */
export function Download({ environment, formats, actions }: DownloadProps): React.JSX.Element {
  const trans = useTrans();
  const [chosen, setChosen] = React.useState('');
  // The file itself is what most want.
  const format = [chosen, 'yaml', formats[0]].find(one => formats.includes(one ?? ''));
  return (
    <span className="jp-Envs-export">
      <select
        aria-label={trans.__('Format')}
        value={format}
        onChange={event => setChosen(event.target.value)}
      >
        {formats.map(one => (
          <option key={one} value={one}>
            {formatTitle(one, trans)}
          </option>
        ))}
      </select>
      <Button
        icon={downloadIcon}
        iconOnly
        label={trans.__('Download')}
        disabled={format === undefined}
        onClick={() => format !== undefined && actions.download(environment, format)}
      />
    </span>
  );
}
