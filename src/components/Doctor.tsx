import React from 'react';

import type { DoctorReport, Environment, FixAction, Problem } from '../types';
import { countsText, LAYERS, layerTitle, moment, rulesText } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';
import { FindingItem } from './FindingItem';
import { Refusal } from './Refusal';

interface DoctorProps {
  /** Those that can be asked about. */
  environments: readonly Environment[];
  /** The slug of the one that was asked about; null for the machine alone. */
  environment: string | null;
  /** Null until it has come. */
  report: DoctorReport | null;
  busy: boolean;
  error: Problem | string | null;
  locked: boolean;
  /** The report was copied a moment ago. */
  copied: boolean;
  onAsk: (environment: string | null) => void;
  onCopy: (report: DoctorReport) => void;
  onFix: (action: FixAction, subject: string | null) => void;
}

/** What is wrong here, or with one environment, from the outside in, and what helps. */
export function Doctor(props: DoctorProps): React.JSX.Element {
  const { environments, environment, report, busy, error, copied, onAsk, onCopy } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-page" aria-busy={busy}>
      <h2>{trans.__('Doctor')}</h2>
      <div className="jp-Envs-doctorForm">
        <label>
          <span>{trans.__('Look at')}</span>
          <select
            className="jp-mod-styled"
            value={environment ?? ''}
            onChange={event => onAsk(event.target.value === '' ? null : event.target.value)}
          >
            <option value="">{trans.__('this machine only')}</option>
            {environments.map(one => (
              <option key={one.slug} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <Button
          label={busy ? trans.__('Looking…') : trans.__('Check again')}
          disabled={busy}
          onClick={() => onAsk(environment)}
        />
        {report && (
          <Button
            label={copied ? trans.__('Copied') : trans.__('Copy report')}
            title={trans.__('As text that names neither you nor the machine')}
            onClick={() => onCopy(report)}
          />
        )}
      </div>
      {error !== null && <Refusal refusal={error} />}
      <p role="status" className="jp-Envs-verdict">
        {status()}
      </p>
      {report && <Report {...props} report={report} />}
    </div>
  );

  function status(): string {
    if (busy && !report) {
      return trans.__('Looking…');
    }
    return report ? `${countsText(report, trans)}.` : '';
  }
}

function Report(props: DoctorProps & { report: DoctorReport }): React.JSX.Element {
  const { report, locked, onFix } = props;
  const trans = useTrans();
  const layers = LAYERS.map(layer => ({
    layer,
    findings: report.findings.filter(one => one.layer === layer)
  })).filter(one => one.findings.length > 0);
  return (
    <>
      {layers.map(({ layer, findings }) => (
        <section key={layer} aria-label={layerTitle(layer, trans)}>
          <h3>{layerTitle(layer, trans)}</h3>
          <ul className="jp-Envs-findings">
            {findings.map((one, index) => (
              <FindingItem key={`${one.id} ${index}`} finding={one} locked={locked} onFix={onFix} />
            ))}
          </ul>
        </section>
      ))}
      <p className="jp-Envs-aside">
        {rulesText(report, trans)} {trans.__('Looked at: %1.', moment(report.checked_at))}
      </p>
    </>
  );
}
