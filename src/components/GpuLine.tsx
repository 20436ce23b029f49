import React from 'react';

import type { Place } from '../gpus';
import { busyText, memoryText, placeModel, placeName } from '../texts';
import type { Actions } from './actions';
import { useTrans } from './context';
import { GpuFacts } from './GpuFacts';
import { GpuHolders } from './GpuHolders';
import { LineButton } from './LineButton';
import { MemoryBar, MemoryOwners } from './MemoryBar';

interface GpuLineProps {
  place: Place;
  driver: string | null;
  /** The newest CUDA that the driver supports. */
  cuda: string | null;
  /** It is not as it is now. */
  isOld: boolean;
  isOpen: boolean;
  onToggle: () => void;
  actions: Actions;
}

/** A GPU or a slice at a glance; how it is, and who holds its memory, behind a click. */
export function GpuLine(props: GpuLineProps): React.JSX.Element {
  const { place, driver, cuda, isOld, isOpen, onToggle, actions } = props;
  const trans = useTrans();
  const busy = busyText(place, trans);
  return (
    <li
      className={`jp-Envs-gpu ${isOld ? 'jp-mod-old' : ''}`}
      data-device={place.key}
      data-state={place.device.state}
    >
      <LineButton isOpen={isOpen} onToggle={onToggle}>
        <span className="jp-Envs-gpuName">
          <strong>{placeName(place, trans)}</strong> {placeModel(place)}
        </span>
        <span className="jp-Envs-gpuNumbers">
          {[busy === null ? null : trans.__('%1 busy', busy), memoryText(place, trans)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </LineButton>
      <MemoryBar place={place} />
      {isOpen && (
        <div className="jp-Envs-gpuMore">
          {place.shares && <MemoryOwners shares={place.shares} />}
          <GpuHolders place={place} actions={actions} />
          <GpuFacts place={place} driver={driver} cuda={cuda} />
        </div>
      )}
    </li>
  );
}
