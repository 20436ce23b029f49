import React from 'react';

import type { Difference as Found } from '../types';
import { useTrans } from './context';

const FILE = 'environment.yml';

type Package = Found['added'][number];

/** What one set of packages has that another has not, and how their files differ. */
export function Difference({ found }: { found: Found }): React.JSX.Element {
  const trans = useTrans();
  const { added, removed, changed, kept } = found;
  const isSame = added.length + removed.length + changed.length === 0;
  const counts = [
    changed.length > 0 ? trans._n('%1 changed', '%1 changed', changed.length) : null,
    added.length > 0 ? trans._n('%1 added', '%1 added', added.length) : null,
    removed.length > 0 ? trans._n('%1 removed', '%1 removed', removed.length) : null,
    trans._n('%1 is the same', '%1 are the same', kept)
  ];
  return (
    <div className="jp-Envs-difference">
      <p role="status">
        {isSame
          ? trans._n('The same %1 package.', 'The same %1 packages.', kept)
          : counts.filter(Boolean).join(' · ')}
      </p>
      {!isSame && <Packages found={found} />}
      <Spec lines={found.spec} />
    </div>
  );
}

function Packages({ found }: { found: Found }): React.JSX.Element {
  const trans = useTrans();
  return (
    <table className="jp-Envs-table" aria-label={trans.__('Packages that differ')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Package')}</th>
          <th scope="col">{side(found.a)}</th>
          <th scope="col">{side(found.b)}</th>
        </tr>
      </thead>
      <tbody>
        {found.changed.map(({ manager, name, before, after }) => (
          <tr key={`changed:${manager}:${name}`} className="jp-mod-changed">
            <Name name={name} manager={manager} what={trans.__('changed')} sign="~" />
            <td>{told(before, after)}</td>
            <td>{told(after, before)}</td>
          </tr>
        ))}
        {found.added.map(one => (
          <tr key={`added:${one.manager}:${one.name}`} className="jp-mod-added">
            <Name name={one.name} manager={one.manager} what={trans.__('added')} sign="+" />
            <td>
              <span aria-label={trans.__('not there')}>–</span>
            </td>
            <td>{one.version}</td>
          </tr>
        ))}
        {found.removed.map(one => (
          <tr key={`removed:${one.manager}:${one.name}`} className="jp-mod-removed">
            <Name name={one.name} manager={one.manager} what={trans.__('removed')} sign="−" />
            <td>{one.version}</td>
            <td>
              <span aria-label={trans.__('not there')}>–</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );

  function side({ generation, reference }: Found['a']): string {
    return generation === null ? reference : trans.__('Generation %1', generation);
  }
}

function Name(props: {
  name: string;
  manager: Package['manager'];
  what: string;
  sign: string;
}): React.JSX.Element {
  return (
    <th scope="row">
      <span className="jp-Envs-sign" role="img" aria-label={props.what} title={props.what}>
        {props.sign}
      </span>
      {props.name}
      {props.manager !== 'conda' && <span className="jp-Envs-aside">{props.manager}</span>}
    </th>
  );
}

/** A version, and of the rest what is needed to tell it from the other one. */
function told(one: Package, other: Package): string {
  const sameVersion = one.version === other.version;
  const sameBuild = one.build === other.build;
  return [
    one.version,
    sameVersion || !sameBuild ? (sameBuild ? null : one.build) : null,
    sameVersion && sameBuild && one.channel !== other.channel ? one.channel : null,
    one.manager === other.manager ? null : one.manager
  ]
    .filter(Boolean)
    .join(' ');
}

function Spec({ lines }: { lines: Found['spec'] }): React.JSX.Element {
  const trans = useTrans();
  if (lines === null) {
    return (
      <p className="jp-Envs-note">
        {trans.__('The files that they were made from are not both there any more.')}
      </p>
    );
  }
  if (lines.length === 0) {
    return <p className="jp-Envs-note">{trans.__('Both were made from the same file.')}</p>;
  }
  const kinds: Record<string, string> = {
    '+': 'jp-mod-added',
    '-': 'jp-mod-removed',
    '@': 'jp-mod-place'
  };
  return (
    <>
      <h4>{FILE}</h4>
      <pre className="jp-Envs-lines" tabIndex={0} aria-label={trans.__('What differs in the file')}>
        {/* The first two lines name the files, as the table does. */}
        {lines.slice(2).map((line, index) => (
          <span key={index} className={`jp-Envs-line ${kinds[line.charAt(0)] ?? ''}`}>
            {`${line}\n`}
          </span>
        ))}
      </pre>
    </>
  );
}
