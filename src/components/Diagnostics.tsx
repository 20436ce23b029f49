import React from 'react';

import { type Diagnostic, isFixable, safelyFixable } from '../types';
import { diagnosticText, fixText } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';

interface DiagnosticsProps {
  diagnostics: readonly Diagnostic[];
  onSelect?: (diagnostic: Diagnostic) => void;
  /** Where the text is at hand, and so can be put right. */
  onFix?: (diagnostic: Diagnostic) => void;
  onFixAll?: () => void;
}

/** What was found in a file, in its order; a click goes to the place, another puts it right. */
export function Diagnostics(props: DiagnosticsProps): React.JSX.Element {
  const { diagnostics, onSelect, onFix, onFixAll } = props;
  const trans = useTrans();
  return (
    <>
      {onFixAll && <FixAll diagnostics={diagnostics} onFixAll={onFixAll} />}
      <ul className="jp-Envs-diagnostics" aria-label={trans.__('Findings')}>
        {diagnostics.map((one, index) => (
          <li key={index} className={`jp-mod-${one.severity}`} data-code={one.code}>
            {onSelect ? (
              <button type="button" className="jp-Envs-finding" onClick={() => onSelect(one)}>
                <Finding diagnostic={one} />
              </button>
            ) : (
              <div className="jp-Envs-finding">
                <Finding diagnostic={one} />
              </div>
            )}
            {onFix && isFixable(one) && (
              <div className="jp-Envs-fix">
                <Button label={fixText(one.fix, trans)} onClick={() => onFix(one)} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Finding({ diagnostic }: { diagnostic: Diagnostic }): React.JSX.Element {
  const trans = useTrans();
  const severities = {
    error: trans.__('error'),
    warning: trans.__('warning'),
    note: trans.__('note')
  };
  return (
    <>
      <span className="jp-Envs-place">
        {trans.__('line %1', diagnostic.start.line)}
        <span className="jp-Envs-severity"> {severities[diagnostic.severity]}</span>
      </span>
      <span>{diagnosticText(diagnostic, trans)}</span>
    </>
  );
}

/** One button for all that a person need not be asked about, where there is more than one. */
function FixAll(props: {
  diagnostics: readonly Diagnostic[];
  onFixAll: () => void;
}): React.JSX.Element | null {
  const trans = useTrans();
  const safe = safelyFixable(props.diagnostics).length;
  const isAll = safe === props.diagnostics.filter(isFixable).length;
  if (safe < 2) {
    return null;
  }
  return (
    <div className="jp-Envs-buttons">
      <Button
        label={isAll ? trans.__('Fix all') : trans.__('Fix the %1 that are safe', safe)}
        title={
          isAll
            ? undefined
            : trans.__('The others change what is installed, or from where: they are left to you')
        }
        onClick={props.onFixAll}
      />
    </div>
  );
}
