import React from 'react';

import type { Drift } from '../types';
import { driftTitle, keptTitle } from '../texts';
import { useTrans } from './context';

interface DriftBadgeProps {
  drift: Drift | null;
  isOpen: boolean;
  onToggle: () => void;
}

/** That an environment is not what its lock says any more, in words; a click shows the rest. */
export function DriftBadge({ drift, isOpen, onToggle }: DriftBadgeProps): React.JSX.Element {
  const trans = useTrans();
  // The place is always there, so that a screen reader tells what appears in it by itself.
  return (
    <div className="jp-Envs-badges" aria-live="polite">
      {drift && (drift.state === 'drifted' || drift.state === 'kept') && (
        <button
          type="button"
          className={`jp-Envs-badge jp-mod-${drift.state}`}
          aria-expanded={isOpen}
          onClick={onToggle}
        >
          {drift.state === 'kept' ? keptTitle(drift, trans) : driftTitle(drift, trans)}
        </button>
      )}
    </div>
  );
}
