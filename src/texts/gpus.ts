import type { TranslationBundle } from '@jupyterlab/translation';

import { memoryOf, type Owner, type Place, total } from '../gpus';
import type { Hardware, Host, KernelUse, Note, ProcessUse } from '../types';
import { CONFIDENCES, HARDWARE, type Text, THROTTLES, UNTOLD } from '../generated/texts';
import { bytes } from './numbers';
import { say } from './problems';

/** What the person can do where the sentence itself does not say it. */
const ADVICE: Readonly<Record<string, Text>> = {
  driver_not_loaded: trans =>
    trans.__('Where there should be a GPU, an administrator can load the module.'),
  driver_no_permission: trans =>
    trans.__('Ask your administrator for access to /dev/nvidia*; often it is a group.'),
  driver_blocked: trans => trans.__('Ask your administrator; a container needs its devices.'),
  driver_timeout: trans =>
    trans.__('It is asked again every minute. If it stays so, the machine has to be rebooted.'),
  driver_interrupts: trans => trans.__('Tell your administrator.'),
  driver_power_cable: trans => trans.__('Tell your administrator.'),
  driver_inforom: trans => trans.__('Tell your administrator.'),
  driver_out_of_memory: trans => trans.__('Close programs that take much memory.'),
  driver_not_ready: trans => trans.__('It is asked again every minute.'),
  driver_too_old: trans => trans.__('An administrator can update it.'),
  driver_reset_required: trans => trans.__('Tell your administrator.'),
  driver_error: trans =>
    trans.__('It is asked again every minute. If it stays so, tell your administrator.'),
  gpu_no_permission: trans => trans.__('Ask your administrator for access to it.'),
  gpu_blocked: trans => trans.__('Ask your administrator.'),
  gpu_failed: trans => trans.__('If it stays so, tell your administrator.'),
  mig_without_slices: trans => trans.__('An administrator can make slices, or turn MIG off.')
};

/** Memory of a GPU or of a machine, which is sold in powers of 1024. */
export function gib(count: number): string {
  return `${(count / 2 ** 30).toFixed(1)} GiB`;
}

/** How the driver or a GPU is, in a sentence. */
export function noteText(note: Note, trans: TranslationBundle): string {
  return say(HARDWARE[note.code], note.params, trans) ?? note.message;
}

/** What to do about it; null where the sentence says all. */
export function noteAdvice(note: Note, trans: TranslationBundle): string | null {
  return say(ADVICE[note.code], note.params, trans);
}

/** A GPU or a slice, as it is numbered. */
export function placeName({ device, slice }: Place, trans: TranslationBundle): string {
  return slice === null
    ? trans.__('GPU %1', device.index)
    : trans.__('GPU %1, slice %2', device.index, slice.index);
}

/** What kind it is. */
export function placeModel({ device, slice }: Place): string {
  return slice === null
    ? (device.name ?? '')
    : [slice.name, device.name].filter(Boolean).join(' · ');
}

/** How much of its memory is in use; why that is not known, otherwise. */
export function memoryText(place: Place, trans: TranslationBundle): string {
  const { memory, memory_used: used, reasons } = place.slice ?? place.device;
  if (memory === null) {
    return place.device.unified
      ? trans.__("the machine's memory")
      : trans.__('memory: %1', untoldText(reasons.memory, trans));
  }
  return used === null
    ? trans.__('%1 in all; in use: %2', gib(memory), untoldText(reasons.memory_used, trans))
    : trans.__('%1 of %2', (used / 2 ** 30).toFixed(1), gib(memory));
}

/** How busy it is; null where that is not told. */
export function busyText(place: Place, trans: TranslationBundle): string | null {
  const { utilisation } = place.slice ?? place.device;
  return utilisation === null ? null : trans.__('%1%', Math.round(utilisation));
}

/** Why something is not told. */
export function untoldText(reason: string | undefined, trans: TranslationBundle): string {
  return say(UNTOLD[reason ?? ''], {}, trans) ?? trans.__('not known');
}

/** What holds its clocks back. */
export function throttleText(code: string, trans: TranslationBundle): string {
  return say(THROTTLES[code], {}, trans) ?? code;
}

/** How it is known that a kernel holds memory; null where its processes say so. */
export function confidenceText(confidence: string, trans: TranslationBundle): string | null {
  return confidence === 'exact' ? null : say(CONFIDENCES[confidence], {}, trans);
}

/** Somebody who has memory of a GPU. */
export function ownerTitle(owner: Owner, trans: TranslationBundle): string {
  switch (owner) {
    case 'kernels':
      return trans.__('My kernels');
    case 'own':
      return trans.__('My other processes');
    case 'others':
      return trans.__('Other users');
    case 'unattributed':
      return trans.__('Not attributed');
    case 'reserved':
      return trans.__('Reserved by the driver');
  }
}

/** Which notebooks a kernel or a process works for; its own name where there is none. */
export function holderTitle(holder: KernelUse | ProcessUse, trans: TranslationBundle): string {
  if ('kernel_id' in holder) {
    return holder.notebooks.length > 0 ? holder.notebooks.join(', ') : holder.kernel;
  }
  return holder.notebook ?? trans.__('%1 (process %2)', holder.name, holder.pid);
}

/** What it runs from and how much it holds. */
export function holderFacts(
  holder: KernelUse | ProcessUse,
  key: string,
  trans: TranslationBundle
): string {
  const memory = memoryOf(holder, key);
  const { environment, generation } = holder;
  const from =
    environment !== null && generation !== null
      ? trans.__('%1, generation %2', environment, generation)
      : environment;
  return [memory === null ? trans.__('memory not told') : gib(memory), from]
    .filter(Boolean)
    .join(' · ');
}

/** All GPUs in a few characters, for the status bar. */
export function gpusShort({ devices }: Hardware, trans: TranslationBundle): string {
  const { busy, used, memory } = total(devices);
  const count = devices.length;
  const title = count > 1 ? trans.__('%1 GPUs', count) : trans.__('GPU');
  const head = busy === null ? title : trans.__('%1 %2%', title, Math.round(busy));
  return used === null || memory === null
    ? head
    : `${head} · ${(used / 2 ** 30).toFixed(1)}/${gib(memory)}`;
}

/** What can be used of the machine, in a line. */
export function hostText(host: Host, trans: TranslationBundle): string {
  const { cpus, cpu_percent: busy, memory, memory_used: used, disk_free: free } = host;
  const count = Number.isInteger(cpus) ? String(cpus) : cpus.toFixed(1);
  return [
    busy === null
      ? trans._n('%2 CPU', '%2 CPUs', cpus, count)
      : trans._n('%2 CPU, %3% busy', '%2 CPUs, %3% busy', cpus, count, Math.round(busy)),
    memory === null || used === null
      ? null
      : trans.__('memory %1 of %2', (used / 2 ** 30).toFixed(1), gib(memory)),
    free === null ? null : trans.__('disk %1 free', bytes(free))
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Whose limit it is that counts. */
export function limitText(limit: Host['cpu_limit'], trans: TranslationBundle): string {
  switch (limit) {
    case 'machine':
      return trans.__('all of this machine');
    case 'cgroup':
      return trans.__('the limit of this container or job');
    case 'affinity':
      return trans.__('those that this server may use');
  }
}
