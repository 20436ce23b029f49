import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { type Environment, EnvsError, type Problem } from '../client';
import { Translation } from '../components/context';
import { ProblemText } from '../components/ProblemText';
import { reasonOf } from './reason';

/** What a person can choose where a name is taken. */
export type Choice = 'update' | 'rename' | null;

/**
 * Say what went wrong: in a dialog what the server says, else in a notification.
 *
 * @param mend - opens the file that has the errors, where there is one that can be opened
 */
export async function showProblem(
  trans: TranslationBundle,
  title: string,
  error: unknown,
  mend: (() => unknown) | null = null
): Promise<void> {
  if (error instanceof EnvsError) {
    const offer = mend !== null && error.problem.code === 'spec_invalid';
    const close = trans.__('Close');
    const { button } = await showDialog({
      title,
      body: new ProblemBody(error.problem, trans),
      buttons: offer
        ? [
            Dialog.cancelButton({ label: close }),
            Dialog.okButton({ label: trans.__('Open in the editor') })
          ]
        : [Dialog.okButton({ label: close })]
    });
    if (offer && button.accept) {
      await mend();
    }
  } else {
    Notification.error(`${title}. ${reasonOf(error, trans)}`);
  }
}

/** Ask what to do where an environment of the name exists. */
export async function askNameTaken(
  trans: TranslationBundle,
  problem: Problem,
  canUpdate: boolean
): Promise<Choice> {
  const update = Dialog.okButton({ label: trans.__('Update it') });
  const rename = Dialog.okButton({ label: trans.__('Another name…'), className: 'jp-mod-rename' });
  const { button } = await showDialog({
    title: trans.__('The name is taken'),
    body: new ProblemBody(problem, trans),
    buttons: [Dialog.cancelButton(), rename, ...(canUpdate ? [update] : [])]
  });
  return button === update ? 'update' : button === rename ? 'rename' : null;
}

/** Ask for the name of a new environment; null where none was given. */
export async function askName(
  trans: TranslationBundle,
  title: string,
  suggestion: string
): Promise<string | null> {
  const { button, value } = await InputDialog.getText({
    title,
    label: trans.__('Name'),
    text: suggestion,
    okLabel: trans.__('Create')
  });
  const name = value?.trim() ?? '';
  return button.accept && name !== '' ? name : null;
}

/** Ask whether an environment shall go. `kernels` is how many of its kernels run. */
export async function confirmRemove(
  trans: TranslationBundle,
  environment: Environment,
  kernels: number
): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Remove %1?', environment.name),
    body: new Texts([
      trans._n(
        'Its %1 generation and its kernel are taken away.',
        'Its %1 generations and its kernel are taken away.',
        environment.generations.length
      ),
      trans.__('Its lock is kept, so it can be made again. Its file is left as it is.'),
      ...(environment.generations.some(one => one.number === 0)
        ? [trans.__('The folder that was adopted from another tool goes too.')]
        : []),
      ...runningTexts(trans, environment, kernels)
    ]),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Remove') })],
    defaultButton: 0
  });
  return button.accept;
}

/** What runs from an environment whose files go; nothing where nothing does. */
export function runningTexts(
  trans: TranslationBundle,
  environment: Environment,
  kernels: number
): string[] {
  if (environment.processes === 0) {
    return [];
  }
  return [
    kernels > 0
      ? trans._n(
          '%1 kernel runs from it and will lose its files.',
          '%1 kernels run from it and will lose their files.',
          kernels
        )
      : trans._n(
          '%1 process runs from it and will lose its files.',
          '%1 processes run from it and will lose their files.',
          environment.processes
        )
  ];
}

class ProblemBody extends ReactWidget {
  constructor(
    private readonly _problem: Problem,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-Envs-dialog');
  }

  protected override render(): React.JSX.Element {
    return (
      <Translation.Provider value={this._trans}>
        <ProblemText problem={this._problem} />
      </Translation.Provider>
    );
  }
}

class Texts extends ReactWidget {
  constructor(private readonly _texts: readonly string[]) {
    super();
    this.addClass('jp-Envs-dialog');
  }

  protected override render(): React.JSX.Element {
    return (
      <>
        {this._texts.map(text => (
          <p key={text}>{text}</p>
        ))}
      </>
    );
  }
}
