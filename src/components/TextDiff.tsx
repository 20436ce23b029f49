import React from 'react';

import { useTrans } from './context';

/** A unified diff of one text: what comes and what goes can be seen, and heard. */
export function TextDiff({ text, label }: { text: string; label: string }): React.JSX.Element {
  const trans = useTrans();
  return (
    <pre className="jp-Envs-textDiff" role="group" aria-label={label} tabIndex={0}>
      {linesOf(text).map((line, index) => (
        <React.Fragment key={index}>{shown(line)}</React.Fragment>
      ))}
    </pre>
  );

  function shown(line: string): React.JSX.Element {
    if (line.startsWith('+')) {
      return <ins title={trans.__('added')}>{line}</ins>;
    }
    if (line.startsWith('-')) {
      return <del title={trans.__('removed')}>{line}</del>;
    }
    return line.startsWith('@@') ? <hr /> : <span>{line === '' ? ' ' : line}</span>;
  }
}

/** Without the names of the files, and the first mark: there is nothing before it. */
function linesOf(text: string): string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  const first = lines.findIndex(line => line.startsWith('@@'));
  return lines.slice(first + 1);
}
