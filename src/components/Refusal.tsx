import React from 'react';

import type { Problem } from '../types';
import { ProblemText } from './ProblemText';

/** Why something cannot be shown: what the server said, or a sentence of ours. */
export function Refusal({ refusal }: { refusal: Problem | string }): React.JSX.Element {
  return (
    <div className="jp-Envs-banner" role="alert">
      {typeof refusal === 'string' ? <p>{refusal}</p> : <ProblemText problem={refusal} />}
    </div>
  );
}
