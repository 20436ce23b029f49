import React from 'react';

import type { Choice, Day, Starts } from '../past';
import type { Difference as Found, PastEvent, Problem } from '../types';
import { clock, day, driftText, moment, pastTitle } from '../texts';
import { Button } from './Button';
import { useTrans } from './context';
import { Difference } from './Difference';
import { Refusal } from './Refusal';

export interface HistoryProps {
  name: string;
  /** Whether it is there still. */
  exists: boolean;
  /** Null until they have come. */
  days: readonly Day[] | null;
  /** How many of the newest lines were asked for, where there may be older ones. */
  cut: number | null;
  choices: readonly Choice[];
  a: number | null;
  b: number | null;
  difference: Found | null;
  /** Why there is no history, and why no comparison: what the server said, or a sentence. */
  error: Problem | string | null;
  refusal: Problem | string | null;
  onCompare: (a: number, b: number) => void;
  onAudit: (starts: Starts) => void;
}

/** What happened to an environment, and what is different between two of its generations. */
export function History(props: HistoryProps): React.JSX.Element {
  const { name, days, error } = props;
  const trans = useTrans();
  return (
    <div className="jp-Envs-page" aria-busy={days === null && error === null}>
      <header>
        <h2>{trans.__('History of %1', name)}</h2>
        {!props.exists && days !== null && (
          <p className="jp-Envs-note">
            {trans.__('It is not here any more. Its record and its locks are.')}
          </p>
        )}
      </header>
      {error !== null && <Refusal refusal={error} />}
      {days === null && error === null && <p className="jp-Envs-note">{trans.__('Loading…')}</p>}
      {days !== null && (
        <div className="jp-Envs-columns">
          <section aria-label={trans.__('What happened')}>
            <h3>{trans.__('What happened')}</h3>
            <Days {...props} days={days} />
          </section>
          <section aria-label={trans.__('What changed')}>
            <h3>{trans.__('What changed')}</h3>
            <Compare {...props} />
          </section>
        </div>
      )}
    </div>
  );
}

function Days(props: HistoryProps & { days: readonly Day[] }): React.JSX.Element {
  const { days, cut } = props;
  const trans = useTrans();
  if (days.length === 0) {
    return <p className="jp-Envs-note">{trans.__('Nothing is recorded of it.')}</p>;
  }
  return (
    <>
      {days.map(one => (
        <div key={one.date} className="jp-Envs-day">
          <h4>
            <time dateTime={one.date}>{day(one.date)}</time>
          </h4>
          <ul>
            {one.events.map((event, index) => (
              <Event key={index} event={event} {...props} />
            ))}
            {one.starts.map(starts => (
              <StartsLine key={starts.generation} starts={starts} onAudit={props.onAudit} />
            ))}
          </ul>
        </div>
      ))}
      {cut !== null && (
        <p className="jp-Envs-note">
          {trans.__('These are the newest %1 lines of the record; there may be older ones.', cut)}
        </p>
      )}
    </>
  );
}

function Event(props: HistoryProps & { event: PastEvent }): React.JSX.Element {
  const { event, choices, onCompare } = props;
  const trans = useTrans();
  const { generation, lock_digest: digest } = event;
  const before = choices.find(one => typeof generation === 'number' && one.number < generation);
  const builds = ['environment_updated', 'drift_adopted', 'drift_restored'].includes(event.action);
  return (
    <li data-action={event.action}>
      <time dateTime={event.time} title={moment(event.time)}>
        {clock(event.time)}
      </time>
      <span>
        <strong>{pastTitle(event, trans)}</strong>
        <span className="jp-Envs-aside">
          {[
            event.actor ? trans.__('by %1', event.actor) : null,
            digest ? trans.__('lock %1', digest.slice(0, 12)) : null
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {builds && before && typeof generation === 'number' && (
          <button
            type="button"
            className="jp-Envs-link"
            onClick={() => onCompare(before.number, generation)}
          >
            {trans.__('What changed from generation %1', before.number)}
          </button>
        )}
      </span>
    </li>
  );
}

function StartsLine(props: {
  starts: Starts;
  onAudit: (starts: Starts) => void;
}): React.JSX.Element {
  const { starts, onAudit } = props;
  const trans = useTrans();
  const { count, generation, notebooks } = starts;
  return (
    <li data-action="kernel_started">
      <time dateTime={starts.time} title={moment(starts.time)}>
        {clock(starts.time)}
      </time>
      <span>
        <span>
          {trans._n('%1 kernel was started', '%1 kernels were started', count)}
          {generation !== null && ` · ${trans.__('generation %1', generation)}`}
          {starts.drifted && ` · ${driftText('drifted', trans)}`}
        </span>
        {notebooks.length > 0 && <span className="jp-Envs-aside">{notebooks.join(', ')}</span>}
        <button type="button" className="jp-Envs-link" onClick={() => onAudit(starts)}>
          {trans.__('What ran then')}
        </button>
      </span>
    </li>
  );
}

function Compare(props: HistoryProps): React.JSX.Element {
  const { choices, a, b, difference, refusal, onCompare } = props;
  const trans = useTrans();
  if (choices.length < 2 || a === null || b === null) {
    return (
      <p className="jp-Envs-note">
        {trans.__('There is one generation. After an update this tells what it changed.')}
      </p>
    );
  }
  return (
    <>
      <div className="jp-Envs-choice">
        <Generation
          {...props}
          label={trans.__('From generation')}
          value={a}
          onChange={n => onCompare(n, b)}
        />
        <Generation
          {...props}
          label={trans.__('To generation')}
          value={b}
          onChange={n => onCompare(a, n)}
        />
        <Button label={trans.__('Swap')} onClick={() => onCompare(b, a)} />
      </div>
      {refusal !== null && <Refusal refusal={refusal} />}
      {difference === null && refusal === null && (
        <p className="jp-Envs-note">{trans.__('Comparing…')}</p>
      )}
      {difference && <Difference found={difference} />}
    </>
  );
}

function Generation(props: {
  label: string;
  value: number;
  choices: readonly Choice[];
  onChange: (number: number) => void;
}): React.JSX.Element {
  const { label, value, choices, onChange } = props;
  const trans = useTrans();
  return (
    <label>
      <span>{label}</span>
      <select
        className="jp-mod-styled"
        value={value}
        onChange={event => onChange(Number(event.target.value))}
      >
        {choices.map(one => (
          <option key={one.number} value={one.number}>
            {[String(one.number), one.current ? trans.__('current') : null, moment(one.created)]
              .filter(Boolean)
              .join(' · ')}
          </option>
        ))}
      </select>
    </label>
  );
}
