import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { type Choice, EnvsError, type Operation, type Stack } from '../client';
import { StackForm } from '../components/StackForm';
import type { EnvironmentsModel } from '../model';
import { messageOf } from '../texts';
import { showProblem } from './dialogs';
import { AGAIN, freeName } from './names';
import { agreed, View } from './preview';

/** Make an environment of a stack, under a name and for a target that are asked for. */
export async function createFromStack(
  model: EnvironmentsModel,
  trans: TranslationBundle,
  stack: Stack,
  choice: Choice
): Promise<Operation | null> {
  let name = freeName(model, stack.id);
  let { target } = stack;
  let refusal: string | null = null;
  const view: View = new View(() => (
    <StackForm
      stack={stack}
      choice={choice}
      name={name}
      target={target}
      refusal={refusal}
      onName={written => {
        name = written;
        view.changed();
      }}
      onTarget={chosen => {
        target = chosen;
        view.changed();
      }}
    />
  ));
  const title = trans.__('New environment: %1', stack.title);
  for (;;) {
    if (!(await agreed(trans, title, view, trans.__('Create')))) {
      return null;
    }
    if (name.trim() === '') {
      refusal = trans.__('Give it a name.');
      continue;
    }
    try {
      return await model.create({ kind: 'stack', id: stack.id, target }, name.trim());
    } catch (error) {
      if (!(error instanceof EnvsError) || !AGAIN.includes(error.problem.code)) {
        await showProblem(trans, trans.__('Not created'), error);
        return null;
      }
      refusal = messageOf(error.problem, trans);
    }
  }
}
