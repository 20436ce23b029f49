import React from 'react';

import type { Diagnostic } from '../types';
import { diagnosticText } from '../texts';
import { useTrans } from './context';

interface DiagnosticsProps {
  diagnostics: readonly Diagnostic[];
  onSelect?: (diagnostic: Diagnostic) => void;
}

/** What was found in a file, in its order; a click goes to the place. */
export function Diagnostics({ diagnostics, onSelect }: DiagnosticsProps): React.JSX.Element {
  const trans = useTrans();
  return (
    <ul className="jp-Envs-diagnostics" aria-label={trans.__('Findings')}>
      {diagnostics.map((one, index) => (
        <li key={index} className={`jp-mod-${one.severity}`} data-code={one.code}>
          {onSelect ? (
            <button type="button" onClick={() => onSelect(one)}>
              {finding(one)}
            </button>
          ) : (
            <div>{finding(one)}</div>
          )}
        </li>
      ))}
    </ul>
  );

  function finding(one: Diagnostic): React.JSX.Element {
    return (
      <>
        <span className="jp-Envs-place">
          {trans.__('line %1', one.start.line)}
          <span className="jp-Envs-severity"> {severity(one)}</span>
        </span>
        <span>{diagnosticText(one, trans)}</span>
      </>
    );
  }

  function severity(one: Diagnostic): string {
    switch (one.severity) {
      case 'error':
        return trans.__('error');
      case 'warning':
        return trans.__('warning');
      case 'note':
        return trans.__('note');
    }
  }
}
