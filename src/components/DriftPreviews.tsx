import React from 'react';

import type { DriftReport } from '../types';
import { useTrans } from './context';
import { Verdicts } from './DriftSection';
import { ProblemText } from './ProblemText';
import { TextDiff } from './TextDiff';

interface AdoptPreviewProps {
  report: DriftReport;
  /** The person's own file, as they know it; null where it is not to be written. */
  file: string | null;
  writes: boolean;
  onWrites: (writes: boolean) => void;
}

/** What adopting does: the lines, what becomes of the person's file, and what gets lost. */
export function AdoptPreview(props: AdoptPreviewProps): React.JSX.Element {
  const { report, file } = props;
  const trans = useTrans();
  const left = report.verdicts.filter(one => !one.adoptable);
  return (
    <>
      <p>
        {trans.__(
          'These lines go into the environment.yml, and generation %1 is built from it. Everything else in the file stays as it is, its comments too.',
          report.generation + 1
        )}
      </p>
      <TextDiff text={report.adopt.diff} label={trans.__('What changes in environment.yml')} />
      {left.length > 0 && (
        <>
          <p>{trans.__('This no line can ask for. It will not be in the new generation:')}</p>
          <Verdicts verdicts={left} />
        </>
      )}
      {file === null ? (
        <p>
          {trans.__(
            'Your own file is left as it is: there is none, or it has been changed since it was read. The new generation has the lines all the same.'
          )}
        </p>
      ) : (
        <label className="jp-Envs-check">
          <input
            type="checkbox"
            checked={props.writes}
            onChange={event => props.onWrites(event.target.checked)}
          />
          <span>{trans.__('Also write them into my file, %1', file)}</span>
        </label>
      )}
      <Kept />
    </>
  );
}

/** Why nothing can be adopted. */
export function NoAdoption({ report }: { report: DriftReport }): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <p>
        {trans.__(
          'Nothing of this can be written into an environment.yml. Restore it, or keep it as it is.'
        )}
      </p>
      <Verdicts verdicts={report.verdicts} />
      {report.adopt.problem && <ProblemText problem={report.adopt.problem} />}
    </>
  );
}

interface RestorePreviewProps {
  report: DriftReport;
  /** How the look at every file goes; before it is done there may be more to tell. */
  look: 'looking' | 'done' | 'failed';
}

/** What restoring does: each package as it is and as it will be, and how many files. */
export function RestorePreview({ report, look }: RestorePreviewProps): React.JSX.Element {
  const trans = useTrans();
  const { changes, files } = report.restore;
  return (
    <>
      <p>
        {trans.__(
          'The packages of the lock are built anew, as generation %1.',
          report.generation + 1
        )}
      </p>
      {changes.length > 0 && (
        <table className="jp-Envs-table" aria-label={trans.__('What is put back')}>
          <thead>
            <tr>
              <th scope="col">{trans.__('Package')}</th>
              <th scope="col">{trans.__('Now')}</th>
              <th scope="col">{trans.__('Then')}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((one, index) => (
              <tr key={index}>
                <th scope="row">{one.package}</th>
                <td>{one.now ?? '–'}</td>
                <td>{one.then ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {files > 0 && (
        <p>
          {trans._n(
            '%1 file is as it was made, or gone where it belonged to no package.',
            '%1 files are as they were made, or gone where they belonged to no package.',
            files
          )}
        </p>
      )}
      <p className="jp-Envs-aside" role="status">
        {looked()}
      </p>
      <Kept />
    </>
  );

  function looked(): string {
    switch (look) {
      case 'looking':
        return trans.__('Looking at every file…');
      case 'failed':
        return trans.__('Not every file could be looked at; restoring does so.');
      case 'done':
        return changes.length === 0 && files === 0
          ? trans.__('Every file is as its lock says already.')
          : trans.__('Every file was looked at.');
    }
  }
}

/** What keeping means. */
export function KeepPreview({ report }: { report: DriftReport }): React.JSX.Element {
  const trans = useTrans();
  return (
    <>
      <Verdicts verdicts={report.verdicts.filter(one => !one.kept)} />
      <p>
        {trans.__(
          'Nothing is done to them. They are not shown as a change any more, until something else is changed, and the ledger records that you decided so.'
        )}
      </p>
      <p>
        {trans.__(
          'The lock does not have them: an update, a clone or a restore builds without them.'
        )}
      </p>
    </>
  );
}

function Kept(): React.JSX.Element {
  const trans = useTrans();
  return (
    <p>
      {trans.__(
        'The generation as it is now is kept, so you can roll back to it. What runs stays on it.'
      )}
    </p>
  );
}
