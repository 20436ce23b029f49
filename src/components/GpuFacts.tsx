import React from 'react';

import type { Place } from '../gpus';
import { busyText, throttleText, untoldText } from '../texts';
import { useTrans } from './context';

interface GpuFactsProps {
  place: Place;
  driver: string | null;
  cuda: string | null;
}

/** How a GPU is; what it does not tell, with the reason. */
export function GpuFacts({ place, driver, cuda }: GpuFactsProps): React.JSX.Element {
  const trans = useTrans();
  const { device } = place;
  const throttle = device.throttle ?? [];
  return (
    <dl className="jp-Envs-facts">
      <dt>{trans.__('Busy')}</dt>
      <dd>
        {busyText(place, trans) ?? untoldText((place.slice ?? device).reasons.utilisation, trans)}
      </dd>
      <dt>{trans.__('Temperature')}</dt>
      <dd>
        {device.temperature === null
          ? untoldText(device.reasons.temperature, trans)
          : `${Math.round(device.temperature)} °C`}
      </dd>
      <dt>{trans.__('Power')}</dt>
      <dd>{power()}</dd>
      {throttle.length > 0 && (
        <>
          <dt>{trans.__('Clocks')}</dt>
          <dd>{throttle.map(code => throttleText(code, trans)).join('; ')}</dd>
        </>
      )}
      {device.capability !== null && (
        <>
          <dt>{trans.__('Capability')}</dt>
          <dd>{device.capability}</dd>
        </>
      )}
      {mode() !== null && (
        <>
          <dt>{trans.__('Mode')}</dt>
          <dd>{mode()}</dd>
        </>
      )}
      {(device.ecc_errors ?? 0) > 0 && (
        <>
          <dt>{trans.__('Memory errors')}</dt>
          <dd>{trans._n('%1 not corrected', '%1 not corrected', device.ecc_errors ?? 0)}</dd>
        </>
      )}
      {device.rows_failed === true && (
        <>
          <dt>{trans.__('Memory')}</dt>
          <dd>{trans.__('it cannot be repaired: tell your administrator')}</dd>
        </>
      )}
      {driver !== null && (
        <>
          <dt>{trans.__('Driver')}</dt>
          <dd>{cuda === null ? driver : trans.__('%1, for CUDA up to %2', driver, cuda)}</dd>
        </>
      )}
    </dl>
  );

  function power(): string {
    if (device.power === null) {
      return untoldText(device.reasons.power, trans);
    }
    const watts = Math.round(device.power);
    return device.power_limit === null
      ? `${watts} W`
      : trans.__('%1 of %2 W', watts, Math.round(device.power_limit));
  }

  function mode(): string | null {
    switch (device.compute_mode) {
      case 'exclusive_process':
      case 'exclusive_thread':
        return trans.__('for one program at a time');
      case 'prohibited':
        return trans.__('closed to programs');
      default:
        return null;
    }
  }
}
