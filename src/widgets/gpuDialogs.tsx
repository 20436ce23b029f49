import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { KernelUse } from '../client';
import { gib } from '../texts';
import { agreed, View } from './preview';

/** Ask whether a kernel is to end; what it holds of GPUs is named where it is known. */
export function confirmShutDown(
  trans: TranslationBundle,
  name: string,
  kernel: KernelUse | null
): Promise<boolean> {
  const texts = [
    kernel?.memory
      ? trans.__('It holds %1 of GPU memory, which will be free.', gib(kernel.memory))
      : null,
    kernel?.state === 'busy' ? trans.__('It is at work now.') : null,
    trans.__('All variables in its memory are lost. The notebook itself stays as it is saved.')
  ].filter(text => text !== null);
  const view = new View(() => (
    <>
      {texts.map(text => (
        <p key={text}>{text}</p>
      ))}
    </>
  ));
  const title = trans.__('Shut down the kernel of %1?', name);
  return agreed(trans, title, view, trans.__('Shut down'), true);
}

/** Ask whether a kernel is to start anew. */
export function confirmRestart(trans: TranslationBundle, name: string): Promise<boolean> {
  const view = new View(() => <p>{trans.__('All variables in its memory are lost.')}</p>);
  const title = trans.__('Restart the kernel of %1?', name);
  return agreed(trans, title, view, trans.__('Restart'), true);
}
