import React from 'react';

import type { Choice, Stack } from '../types';
import { bytes, maturityText, stackReasons, stackTarget } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';
import { ProblemText } from './ProblemText';
import { StackIcon } from './StackIcon';

interface StackCardProps {
  stack: Stack;
  /** What environments are made for here. */
  choice: Choice;
  /** The folder of the environments cannot be written. */
  locked: boolean;
  onCreate: (stack: Stack) => void;
}

/** A stack: what it is for, what would be made of it here and why, and a button that does it. */
export function StackCard(props: StackCardProps): React.JSX.Element {
  const { stack, choice, locked, onCreate } = props;
  const trans = useTrans();
  const state = stack.problem ? 'broken' : stack.target === null ? 'unfit' : 'fits';
  return (
    <li className="jp-Envs-card" data-stack={stack.id} data-state={state}>
      <h3>
        <StackIcon name={stack.icon} />
        {stack.title}
      </h3>
      {stack.problem ? (
        <ProblemText problem={stack.problem} />
      ) : (
        <>
          <p>{stack.description}</p>
          {stack.purpose.length > 0 && (
            <ul className="jp-Envs-purpose" aria-label={trans.__('What it is for')}>
              {stack.purpose.map(text => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )}
          <Target stack={stack} choice={choice} />
          <div className="jp-Envs-cardFoot">
            <span className="jp-Envs-aside">{facts()}</span>
            <Button
              label={trans.__('Create %1…', stack.title)}
              kind={stack.target === null ? 'plain' : 'accept'}
              disabled={locked || stack.target === null}
              onClick={() => onCreate(stack)}
            />
          </div>
        </>
      )}
    </li>
  );

  function facts(): string {
    const disk = stack.targets.find(one => one.id === stack.target)?.disk_gb ?? null;
    return [
      disk === null ? null : trans.__('about %1', bytes(disk * 1e9)),
      maturityText(stack, trans)
    ]
      .filter(Boolean)
      .join(' · ');
  }
}

function Target(props: { stack: Stack; choice: Choice }): React.JSX.Element {
  const trans = useTrans();
  const reasons = stackReasons(props.stack, props.choice, trans);
  return (
    <div className="jp-Envs-cardTarget">
      <strong>{stackTarget(props.stack, props.choice, trans)}</strong>
      {reasons.map(text => (
        <span key={text} className="jp-Envs-aside">
          {text}
        </span>
      ))}
    </div>
  );
}
