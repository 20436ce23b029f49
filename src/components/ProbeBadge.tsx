import React from 'react';

import type { Environment } from '../types';
import { buildTitle, probeTitle } from '../texts';
import { useTrans } from './context';

interface ProbeBadgeProps {
  environment: Environment;
  isOpen: boolean;
  onToggle: () => void;
}

/** Whether the GPU works in an environment, or what was found instead; a click shows the rest. */
export function ProbeBadge(props: ProbeBadgeProps): React.JSX.Element {
  const { environment, isOpen, onToggle } = props;
  const { accelerator, probe, target } = environment;
  const trans = useTrans();
  const text = probe ? probeTitle(probe, trans) : buildTitle(accelerator, target, trans);
  return (
    <div className="jp-Envs-badges" aria-live="polite">
      {text !== null && (
        <button
          type="button"
          className="jp-Envs-badge jp-Envs-probeBadge"
          data-state={probe?.state}
          data-here={probe?.here}
          aria-expanded={isOpen}
          onClick={() => onToggle()}
        >
          {text}
        </button>
      )}
    </div>
  );
}
