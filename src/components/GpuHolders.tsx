import React from 'react';

import type { Place } from '../gpus';
import type { KernelUse } from '../types';
import { confidenceText, holderFacts, holderTitle } from '../texts';
import type { Actions } from './actions';
import { Button } from './Button';
import { useTrans } from './context';

/** Who holds memory of a GPU: kernels with their notebooks, and other processes of the person. */
export function GpuHolders(props: { place: Place; actions: Actions }): React.JSX.Element | null {
  const { place, actions } = props;
  const trans = useTrans();
  if (place.kernels.length + place.processes.length === 0) {
    return null;
  }
  return (
    <ul className="jp-Envs-holders" aria-label={trans.__('Who holds its memory')}>
      {place.kernels.map(one => (
        <li key={one.kernel_id} data-kernel={one.kernel_id}>
          <Holder
            title={holderTitle(one, trans)}
            facts={[holderFacts(one, place.key, trans), stateOf(one)]}
            how={confidenceText(one.confidence, trans)}
          />
          {one.state === 'idle' && (
            <Button
              label={trans.__('Shut down…')}
              title={trans.__('End this kernel, so that its memory is free')}
              onClick={() => actions.shutDown(one)}
            />
          )}
        </li>
      ))}
      {place.processes.map(one => (
        <li key={one.pid}>
          <Holder
            title={holderTitle(one, trans)}
            facts={[
              holderFacts(one, place.key, trans),
              one.notebook === null ? null : trans.__('process %1', one.pid)
            ]}
            how={null}
          />
        </li>
      ))}
    </ul>
  );

  function stateOf({ state }: KernelUse): string | null {
    switch (state) {
      case 'idle':
        return trans.__('idle');
      case 'busy':
        return trans.__('busy');
      default:
        return null;
    }
  }
}

function Holder(props: {
  title: string;
  facts: readonly (string | null)[];
  how: string | null;
}): React.JSX.Element {
  return (
    <div>
      {props.title}
      <span className="jp-Envs-aside">{props.facts.filter(Boolean).join(' · ')}</span>
      {props.how !== null && <span className="jp-Envs-aside">{props.how}</span>}
    </div>
  );
}
