import React from 'react';

import type { Environment, Probe } from '../types';
import { moment, probeText, targetReasons } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

interface ProbeSectionProps {
  environment: Environment;
  /** Whether this machine has a GPU. */
  gpus: boolean;
  /** Something goes on with it, or nothing can be written. */
  locked: boolean;
  actions: Actions;
}

/** What its frameworks have shown by computing, what it was made for, and a way to try them. */
export function ProbeSection(props: ProbeSectionProps): React.JSX.Element {
  const { environment, gpus, locked, actions } = props;
  const trans = useTrans();
  const { probes } = environment;
  const reasons = environment.target ? targetReasons(environment.target, trans) : [];
  return (
    <section className="jp-Envs-section jp-Envs-probes">
      <h3>{trans.__('Computing')}</h3>
      {probes.length > 0 ? (
        <ul aria-label={trans.__('What was tried')}>
          {probes.map(one => (
            <li key={one.framework} data-state={one.state}>
              {probeText(one, trans)}
              <span className="jp-Envs-aside">{where(one)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="jp-Envs-aside">{trans.__('Nothing of it was tried yet.')}</p>
      )}
      {reasons.map(text => (
        <p key={text} className="jp-Envs-aside">
          {text}
        </p>
      ))}
      <div className="jp-Envs-buttons">
        <Button
          label={gpus ? trans.__('Probe the GPU') : trans.__('Probe')}
          title={trans.__('Let its frameworks compute a little, and see on what they do it')}
          disabled={locked}
          onClick={() => actions.probe(environment)}
        />
        <Button
          label={trans.__('Doctor')}
          title={trans.__('Why a GPU is not used, and what else is wrong with it')}
          onClick={() => actions.openDoctor(environment)}
        />
      </div>
    </section>
  );

  function where(one: Probe): string {
    const when = moment(one.when);
    const place = one.here ? trans.__('here, %1', when) : trans.__('on another machine, %1', when);
    const onCpu = one.cpu_ok === true ? trans.__('it computes rightly on the CPU') : null;
    return [place, onCpu].filter(Boolean).join(' · ');
  }
}
