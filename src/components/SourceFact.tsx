import React from 'react';

import type { Environment, SourceState } from '../types';
import { gitState, gitTitle } from '../texts';
import type { Actions } from './actions';
import { useTrans } from './context';

interface SourceFactProps {
  environment: Environment;
  /** Its file as the file browser knows it; null where it is out of reach. */
  file: string | null;
  /** What has become of it; null before that is known. */
  state: SourceState | null;
  actions: Actions;
}

/** The file an environment was made from: where it is, and what Git knows of it. */
export function SourceFact(props: SourceFactProps): React.JSX.Element | null {
  const { environment, file, state, actions } = props;
  const trans = useTrans();
  const source = environment.source?.file ?? null;
  if (source === null) {
    return <StackFact environment={environment} />;
  }
  const differs = state !== null && (state.diff !== null || state.files.some(one => one.diff));
  return (
    <>
      <dt>{trans.__('File')}</dt>
      <dd title={source}>
        {file === null ? (
          source
        ) : (
          <button
            type="button"
            className="jp-Envs-link"
            onClick={() => actions.openSource(environment)}
          >
            {file}
          </button>
        )}
        {state && <Git state={state} />}
        {differs && (
          <button
            type="button"
            className="jp-Envs-link jp-Envs-aside"
            onClick={() => actions.compareSource(environment)}
          >
            {trans.__('Show what differs')}
          </button>
        )}
      </dd>
    </>
  );
}

/** The stack that it was made from, where it was. */
function StackFact({ environment }: { environment: Environment }): React.JSX.Element | null {
  const trans = useTrans();
  const stack = environment.source?.stack ?? null;
  if (stack === null) {
    return null;
  }
  return (
    <>
      <dt>{trans.__('Stack')}</dt>
      <dd>{stack}</dd>
    </>
  );
}

function Git({ state }: { state: SourceState }): React.JSX.Element | null {
  const trans = useTrans();
  const title = gitTitle(state, trans);
  const [own, ...others] = state.files;
  return (
    <>
      {!state.exists && <span className="jp-Envs-aside">{trans.__('It is not there now.')}</span>}
      {title !== null && (
        <span className="jp-Envs-aside" title={state.reason ?? undefined}>
          {title}
        </span>
      )}
      {own && (
        <span className="jp-Envs-aside jp-Envs-git" data-state={own.state}>
          {gitState(own.state, trans)}
          {own.commit && ` (${own.commit.hash})`}
        </span>
      )}
      {others.map(one => (
        <span key={one.file} className="jp-Envs-aside jp-Envs-git" data-state={one.state}>
          {trans.__('%1: %2', baseOf(one.file), gitState(one.state, trans))}
        </span>
      ))}
    </>
  );
}

/** A path without its folders. */
export function baseOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
