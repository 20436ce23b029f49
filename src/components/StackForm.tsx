import React from 'react';

import type { Choice, Stack } from '../types';
import { bytes, targetTitle } from '../texts';
import { useTrans } from './context';

interface StackFormProps {
  stack: Stack;
  choice: Choice;
  name: string;
  /** The id of the target that is chosen. */
  target: string | null;
  /** Why the last try was refused. */
  refusal: string | null;
  onName: (name: string) => void;
  onTarget: (target: string) => void;
}

/** What an environment of a stack is called, and what it is made for. */
export function StackForm(props: StackFormProps): React.JSX.Element {
  const { stack, choice, name, target, refusal, onName, onTarget } = props;
  const trans = useTrans();
  const fitting = stack.targets.filter(one => one.fits);
  return (
    <div className="jp-Envs-stackForm">
      {refusal !== null && (
        <p className="jp-Envs-message" role="alert">
          {refusal}
        </p>
      )}
      <label>
        <span>{trans.__('Name')}</span>
        <input
          className="jp-mod-styled"
          value={name}
          spellCheck={false}
          onChange={event => onName(event.target.value)}
        />
      </label>
      {fitting.length > 1 && (
        <fieldset>
          <legend>{trans.__('Made for')}</legend>
          {fitting.map(one => (
            <label key={one.id} className="jp-Envs-check">
              <input
                type="radio"
                name="jp-Envs-target"
                checked={one.id === target}
                onChange={() => onTarget(one.id)}
              />
              <span>
                {targetTitle(one, choice, trans)}
                {one.disk_gb !== null && (
                  <span className="jp-Envs-aside">
                    {trans.__('about %1', bytes(one.disk_gb * 1e9))}
                  </span>
                )}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <p className="jp-Envs-aside">
        {trans.__('Packages it asks for: %1', stack.packages.join(', '))}
      </p>
    </div>
  );
}
