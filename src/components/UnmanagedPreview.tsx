import React from 'react';

import type { AdoptionPreview } from '../types';
import { useTrans } from './context';
import { ProblemText } from './ProblemText';
import { TextDiff } from './TextDiff';

/** What becomes of an environment that another tool made, before it is adopted. */
export function UnmanagedPreview({ found }: { found: AdoptionPreview }): React.JSX.Element {
  const trans = useTrans();
  if (found.problem) {
    return <ProblemText problem={found.problem} />;
  }
  const text = found.text
    .trimEnd()
    .split('\n')
    .map(line => ` ${line}`)
    .join('\n');
  return (
    <>
      <p>
        {trans.__(
          'Nothing is moved and nothing is installed. This environment.yml and a lock are made from what is in %1, its kernel is tried, and from then on it can be updated, rolled back and checked for changes.',
          found.path
        )}
      </p>
      <TextDiff text={text} label={trans.__('Its environment.yml')} />
      <p>{trans.__('%1 of %2 packages can be locked.', found.locked, found.packages)}</p>
      {found.unlocked.length > 0 && (
        <>
          <p>{trans.__('These cannot, and may be of another version after an update:')}</p>
          <ul>
            {found.unlocked.map(one => (
              <li key={`${one.manager} ${one.name}`}>
                {one.name} {one.version}: {one.reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
