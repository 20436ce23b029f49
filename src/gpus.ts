import type { Device, Hardware, Holders, KernelUse, ProcessUse, Shares, Slice } from './types';

/** One line of the strip: a GPU, or a slice of one that is cut. */
export interface Place {
  /** The uuid, by which holders name it. */
  key: string;
  device: Device;
  slice: Slice | null;
  /** Whose its memory is; null before that has come. */
  shares: Shares | null;
  kernels: readonly KernelUse[];
  processes: readonly ProcessUse[];
}

/** Somebody who has memory of a GPU. */
export type Owner = 'kernels' | 'own' | 'others' | 'unattributed' | 'reserved';

/** The lines of the strip, in the order of the machine. */
export function places(hardware: Hardware, holders: Holders | null): Place[] {
  return hardware.devices.flatMap(device =>
    device.slices.length > 0
      ? device.slices.map(slice => place(device, slice, holders))
      : [place(device, null, holders)]
  );
}

function place(device: Device, slice: Slice | null, holders: Holders | null): Place {
  const key = (slice ?? device).uuid;
  const isHere = (one: KernelUse | ProcessUse): boolean => one.uses.some(use => use.device === key);
  return {
    key,
    device,
    slice,
    shares: holders?.devices.find(one => one.device === key) ?? null,
    kernels: holders?.kernels.filter(isHere) ?? [],
    processes: holders?.processes.filter(isHere) ?? []
  };
}

/** What each owner has of a place, in bytes: what nobody has is left out. */
export function owned(shares: Shares): { owner: Owner; bytes: number }[] {
  const owners: Owner[] = ['kernels', 'own', 'others', 'unattributed', 'reserved'];
  return owners.map(owner => ({ owner, bytes: shares[owner] ?? 0 })).filter(one => one.bytes > 0);
}

/** What one holder has of a place; null where that is not told. */
export function memoryOf(holder: KernelUse | ProcessUse, key: string): number | null {
  return holder.uses.find(use => use.device === key)?.memory ?? null;
}

/** All GPUs in three numbers; null where none of them tells. */
export function total(devices: readonly Device[]): {
  busy: number | null;
  used: number | null;
  memory: number | null;
} {
  const known = (values: (number | null)[]): number[] => values.filter(one => one !== null);
  const sum = (values: number[]): number | null =>
    values.length > 0 ? values.reduce((a, b) => a + b, 0) : null;
  const busy = known(devices.map(one => one.utilisation));
  return {
    busy: busy.length > 0 ? Math.max(...busy) : null,
    used: sum(known(devices.map(one => one.memory_used))),
    memory: sum(known(devices.map(one => one.memory)))
  };
}

/** States in which nothing is wrong: there may just be no GPU. */
export function isUsual(hardware: Hardware): boolean {
  return ['ok', 'none', 'waiting'].includes(hardware.state);
}
