import React from 'react';

import type { Hardware, Host } from '../types';
import { bytes, gib, hostText, limitText, noteText, untoldText } from '../texts';
import { useTrans } from './context';
import { LineButton } from './LineButton';

interface MachineProps {
  hardware: Hardware;
  isOpen: boolean;
  onToggle: (line: string) => void;
}

/** The machine in a line: what can be used of its processors, its memory and its disk. */
export function Machine(props: MachineProps): React.JSX.Element | null {
  const { hardware, isOpen, onToggle } = props;
  const { host } = hardware;
  const trans = useTrans();
  const hasGpu = hardware.devices.length > 0;
  return (
    <div className="jp-Envs-machine">
      <LineButton isOpen={isOpen} onToggle={() => onToggle('machine')}>
        <span className="jp-Envs-gpuNumbers">
          {host ? hostText(host, trans) : trans.__('This machine')}
        </span>
      </LineButton>
      {isOpen && (
        <div className="jp-Envs-gpuMore">
          {!hasGpu && hardware.state !== 'waiting' && (
            <p className="jp-Envs-aside">
              {trans.__('No GPU here. %1.', noteText(hardware.note, trans))}
            </p>
          )}
          {host && <HostFacts host={host} />}
        </div>
      )}
    </div>
  );
}

function HostFacts({ host }: { host: Host }): React.JSX.Element {
  const trans = useTrans();
  return (
    <dl className="jp-Envs-facts">
      <dt>{trans.__('CPUs')}</dt>
      <dd>
        {Number.isInteger(host.cpus) ? host.cpus : host.cpus.toFixed(1)},{' '}
        {limitText(host.cpu_limit, trans)}
      </dd>
      <dt>{trans.__('Busy')}</dt>
      <dd>
        {host.cpu_percent === null
          ? untoldText(host.reasons.cpu_percent, trans)
          : trans.__('%1%', Math.round(host.cpu_percent))}
      </dd>
      <dt>{trans.__('Memory')}</dt>
      <dd>
        {host.memory === null || host.memory_used === null
          ? untoldText(host.reasons.memory_used ?? host.reasons.memory, trans)
          : trans.__('%1 of %2', gib(host.memory_used), gib(host.memory))}
        {host.memory !== null && `, ${limitText(host.memory_limit, trans)}`}
      </dd>
      <dt>{trans.__('Disk')}</dt>
      <dd title={host.disk_path ?? undefined}>
        {host.disk === null || host.disk_free === null
          ? untoldText(host.reasons.disk_free ?? host.reasons.disk, trans)
          : trans.__('%1 of %2 free', bytes(host.disk_free), bytes(host.disk))}
      </dd>
    </dl>
  );
}
