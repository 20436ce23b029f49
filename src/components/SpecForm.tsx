import React from 'react';

import type { Check, Diagnostic } from '../types';
import { Button } from './Button';
import { useTrans } from './context';
import { Diagnostics } from './Diagnostics';

interface SpecFormProps {
  /** The last answer about the text; null before the first. */
  check: Check | null;
  file: string;
  busy: boolean;
  /** What could not be done, in one sentence. */
  message: string | null;
  onFile: (path: string) => void;
  onSelect: (diagnostic: Diagnostic) => void;
  onFix: (diagnostic: Diagnostic) => void;
  onFixAll: () => void;
  onCreate: () => void;
  onUpdate: () => void;
}

/** What stands below the text: where it is saved, what was found in it, and the way on. */
export function SpecForm(props: SpecFormProps): React.JSX.Element {
  const { check, file, busy, message } = props;
  const trans = useTrans();
  const taken = check?.exists === true;
  return (
    <div className="jp-Envs-form">
      <label>
        <span>{trans.__('Save as')}</span>
        <input
          className="jp-mod-styled"
          value={file}
          spellCheck={false}
          onChange={event => props.onFile(event.target.value)}
        />
      </label>
      <p className="jp-Envs-verdict" role="status">
        {verdict()}
      </p>
      {check && check.diagnostics.length > 0 && (
        <Diagnostics
          diagnostics={check.diagnostics}
          onSelect={props.onSelect}
          onFix={props.onFix}
          onFixAll={props.onFixAll}
        />
      )}
      {message !== null && (
        <p className="jp-Envs-message" role="alert">
          {message}
        </p>
      )}
      <div className="jp-Envs-buttons">
        {taken ? (
          <Button
            label={trans.__('Save and update %1', check.name ?? '')}
            kind="accept"
            disabled={busy || !check.valid}
            onClick={props.onUpdate}
          />
        ) : (
          <Button
            label={trans.__('Save and create')}
            kind="accept"
            disabled={busy || !check?.valid}
            onClick={props.onCreate}
          />
        )}
      </div>
    </div>
  );

  function verdict(): string {
    if (check === null) {
      return trans.__('Checking…');
    }
    const errors = check.diagnostics.filter(one => one.severity === 'error').length;
    if (errors > 0) {
      return trans._n(
        '%1 error: an environment cannot be made from this text.',
        '%1 errors: an environment cannot be made from this text.',
        errors
      );
    }
    if (check.name === null) {
      return trans.__("Give it a name: 'name: my-env'.");
    }
    return taken
      ? trans.__('There is an environment called %1.', check.name)
      : trans.__('%1 can be made from this text.', check.name);
  }
}
