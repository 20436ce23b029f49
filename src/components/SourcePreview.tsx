import React from 'react';

import type { SourceState, TrackedFile } from '../types';
import { moment } from '../texts';
import { useTrans } from './context';
import { baseOf } from './SourceFact';
import { TextDiff } from './TextDiff';

/** How the file differs from what the environment was made from, and from the last commit. */
export function SourcePreview({ state }: { state: SourceState }): React.JSX.Element {
  const trans = useTrans();
  const changed = state.files.filter(one => one.diff !== null);
  return (
    <>
      {state.diff && (
        <Part
          title={trans.__('Since the environment was made')}
          diff={state.diff.text}
          truncated={state.diff.truncated}
        />
      )}
      {changed.map(one => (
        <Part
          key={one.file}
          title={since(one)}
          diff={one.diff?.text ?? ''}
          truncated={one.diff?.truncated === true}
        />
      ))}
      {state.diff === null && changed.length === 0 && <p>{trans.__('Nothing differs.')}</p>}
    </>
  );

  function since({ file, commit }: TrackedFile): string {
    const name = baseOf(file);
    return commit === null
      ? trans.__('%1, which no commit has', name)
      : trans.__('%1 since commit %2 of %3', name, commit.hash, moment(commit.time));
  }
}

function Part(props: { title: string; diff: string; truncated: boolean }): React.JSX.Element {
  const trans = useTrans();
  return (
    <section>
      <h4>{props.title}</h4>
      {props.diff !== '' && <TextDiff text={props.diff} label={props.title} />}
      {props.truncated && (
        <p className="jp-Envs-aside">{trans.__('There is more that is not shown here.')}</p>
      )}
    </section>
  );
}
