import React from 'react';

import type { Hardware } from '../types';
import { gpusShort } from '../texts';
import { useTrans } from './context';

interface GpuStatusProps {
  hardware: Hardware;
  onOpen: () => void;
}

/** All GPUs in the status bar; a click shows each of them. */
export function GpuStatus({ hardware, onOpen }: GpuStatusProps): React.JSX.Element {
  const trans = useTrans();
  const text = gpusShort(hardware, trans);
  const title = trans.__('%1. Show the GPUs in the panel', text);
  return (
    <button type="button" className="jp-Envs-status" title={title} onClick={() => onOpen()}>
      {text}
    </button>
  );
}
