import React from 'react';

import type { Problem } from '../types';
import { detailsOf, diagnosticsOf, hintOf, messageOf } from '../texts';
import { useTrans } from './context';
import { Diagnostics } from './Diagnostics';

/** What went wrong, what to do, and what can be unfolded of it. */
export function ProblemText({ problem }: { problem: Problem }): React.JSX.Element {
  const trans = useTrans();
  const hint = hintOf(problem, trans);
  const details = detailsOf(problem);
  const diagnostics = diagnosticsOf(problem);
  return (
    <div className="jp-Envs-problem" data-code={problem.code}>
      <p className="jp-Envs-message">{messageOf(problem, trans)}</p>
      {hint !== null && <p className="jp-Envs-hint">{hint}</p>}
      {diagnostics.length > 0 && <Diagnostics diagnostics={diagnostics} />}
      {details.length > 0 && (
        <details>
          <summary>{trans.__('Details')}</summary>
          <pre>{details.join('\n')}</pre>
        </details>
      )}
    </div>
  );
}
