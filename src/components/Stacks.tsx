import React from 'react';

import type { Problem, Stack, Stacks as Found } from '../types';
import { Button } from './Button';
import { useTrans } from './context';
import { Refusal } from './Refusal';
import { StackCard } from './StackCard';

interface StacksProps {
  /** Null until they have come. */
  found: Found | null;
  /** Why they have not. */
  error: Problem | string | null;
  locked: boolean;
  onCreate: (stack: Stack) => void;
  /** Write an environment.yml instead. */
  onWrite: () => void;
}

/** All stacks as cards, those that fit this machine first. */
export function Stacks(props: StacksProps): React.JSX.Element {
  const { found, error, locked, onCreate, onWrite } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-page" aria-busy={found === null && error === null}>
      <h2>{trans.__('New environment from a stack')}</h2>
      <p>
        {trans.__(
          'A stack is a tried choice of packages. What is made of it here fits this machine, and is an environment as any other: with a file, a lock and a kernel.'
        )}
      </p>
      {error !== null && <Refusal refusal={error} />}
      {found === null && error === null && <p className="jp-Envs-note">{trans.__('Loading…')}</p>}
      {found && (
        <ul className="jp-Envs-cards" aria-label={trans.__('Stacks')}>
          {sorted(found.stacks).map(stack => (
            <StackCard
              key={stack.id}
              stack={stack}
              choice={found.choice}
              locked={locked}
              onCreate={onCreate}
            />
          ))}
        </ul>
      )}
      <div className="jp-Envs-buttons">
        <Button label={trans.__('Write an environment.yml instead')} onClick={() => onWrite()} />
      </div>
    </div>
  );
}

/** Those that can be made first; otherwise in the order in which they came. */
function sorted(stacks: readonly Stack[]): Stack[] {
  const rank = ({ problem, target }: Stack): number => (problem ? 2 : target === null ? 1 : 0);
  return [...stacks].sort((a, b) => rank(a) - rank(b));
}
