import React from 'react';

import type { Package } from '../types';
import { useTrans } from './context';

/** The packages of an environment, those that its file names in bold; with a filter. */
export function Packages({ packages }: { packages: readonly Package[] }): React.JSX.Element {
  const trans = useTrans();
  const [filter, setFilter] = React.useState('');
  const wanted = filter.trim().toLowerCase();
  const shown = packages.filter(one => one.name.toLowerCase().includes(wanted));
  return (
    <div className="jp-Envs-packages">
      <input
        type="search"
        className="jp-mod-styled"
        placeholder={trans.__('Filter %1 packages', packages.length)}
        aria-label={trans.__('Filter packages')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
      />
      <table aria-label={trans.__('Packages')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Name')}</th>
            <th scope="col">{trans.__('Version')}</th>
            <th scope="col">{trans.__('Build')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(one => (
            <tr key={`${one.manager}:${one.name}`} className={one.requested ? 'jp-mod-asked' : ''}>
              <th scope="row">{one.name}</th>
              <td>{one.version}</td>
              <td title={one.channel ?? undefined}>
                {one.manager === 'conda' ? one.build : one.manager}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className="jp-Envs-note">{trans.__('None of that name.')}</p>}
    </div>
  );
}
