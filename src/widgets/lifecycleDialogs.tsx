import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Cleaning, CleanPlan, Environment, SourceState } from '../client';
import { CleanPreview } from '../components/CleanPreview';
import { SourcePreview } from '../components/SourcePreview';
import { bytes } from '../texts';
import { runningTexts } from './dialogs';
import { agreed, shown, View } from './preview';

/** Ask whether only file and lock of an environment are to stay.
 *
 * @param frees - bytes, where they were measured
 * @param kernels - how many of its kernels run
 */
export function confirmArchive(
  trans: TranslationBundle,
  environment: Environment,
  frees: number | null,
  kernels: number
): Promise<boolean> {
  const texts = [
    trans._n(
      'Its %1 generation and its kernel are taken away.',
      'Its %1 generations and its kernel are taken away.',
      environment.generations.length
    ),
    ...(frees === null ? [] : [trans.__('%1 will be freed.', bytes(frees))]),
    trans.__(
      'Its environment.yml and its lock are kept. Recreate builds exactly the same packages again; what was changed by hand, and earlier generations, do not come back.'
    ),
    ...runningTexts(trans, environment, kernels)
  ];
  const view = new View(() => (
    <>
      {texts.map(text => (
        <p key={text}>{text}</p>
      ))}
    </>
  ));
  return agreed(trans, trans.__('Archive %1?', environment.name), view, trans.__('Archive'), true);
}

/** Show how the file of an environment differs from what it was, and from what Git has. */
export function showSource(
  trans: TranslationBundle,
  environment: Environment,
  state: SourceState
): Promise<void> {
  const view = new View(() => <SourcePreview state={state} />);
  return shown(trans, trans.__('The file of %1', environment.name), view);
}

/**
 * Show what cleaning up would remove, and let the person choose; null where nothing is to go.
 *
 * @param look - what would go of a choice, which takes a while
 */
export async function confirmClean(
  trans: TranslationBundle,
  look: (what: Cleaning) => Promise<CleanPlan>
): Promise<Cleaning | null> {
  const choice = new Choice(look);
  for (;;) {
    const view = new View(() => (
      <CleanPreview
        plan={choice.plan}
        failed={choice.failed}
        generations={choice.what.generations}
        packages={choice.what.packages}
        onChoose={what => choice.choose(what)}
      />
    ));
    choice.changed = () => view.changed();
    if (!(await agreed(trans, trans.__('Clean up'), view, trans.__('Remove'), true))) {
      return null;
    }
    if (choice.plan !== null) {
      return choice.plan.items.length > 0 ? choice.what : null;
    }
    // Nobody agrees to what was not shown: it is asked again once it is there.
    await choice.looking;
  }
}

/** What may go, and what that would be. */
class Choice {
  what: Cleaning = { generations: false, packages: true };
  plan: CleanPlan | null = null;
  failed = false;
  looking: Promise<void>;
  changed: () => void = () => undefined;

  constructor(private readonly _look: (what: Cleaning) => Promise<CleanPlan>) {
    this.looking = this._begin();
  }

  choose(what: Cleaning): void {
    this.what = what;
    this.looking = this._begin();
    this.changed();
  }

  private async _begin(): Promise<void> {
    const { what } = this;
    this.plan = null;
    this.failed = false;
    const found = await this._look(what).catch(() => null);
    if (this.what === what) {
      this.plan = found;
      this.failed = found === null;
      this.changed();
    }
  }
}
