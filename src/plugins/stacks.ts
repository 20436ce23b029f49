import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import type { Choice, Operation, Stack } from '../client';
import { CommandIds } from '../commandIds';
import { environmentsIcon } from '../icons';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import type { StacksView } from '../widgets/stacks';
import { attempt } from './attempt';
import { textOf } from './arguments';

/** Stacks: a page to choose from, and a way to make one whose id is known. */
export const stacksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:stacks',
  description: 'Makes environments from stacks, which are chosen by what they are for.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, shell } = app;
    const pages = new WidgetTracker<MainAreaWidget<StacksView>>({ namespace: 'envs-stacks' });

    const create = async (stack: Stack, choice: Choice): Promise<Operation | null> => {
      const { createFromStack } = await import('../widgets/stackDialogs');
      const begun = await createFromStack(model, trans, stack, choice);
      if (begun) {
        await commands.execute(CommandIds.openPanel);
      }
      return begun;
    };

    const createNamed = async (id: string): Promise<Operation | null> => {
      const { stacks, choice } = await model.client.stacks();
      const stack = stacks.find(one => one.id === id);
      if (!stack) {
        return null;
      }
      if (stack.problem) {
        const { EnvsError } = await import('../client');
        throw new EnvsError(stack.problem, 422);
      }
      return create(stack, choice);
    };

    const open = async (): Promise<unknown> => {
      let page = pages.find(() => true);
      if (!page) {
        const { StacksView } = await import('../widgets/stacks');
        const actions = {
          create: (stack: Stack, choice: Choice) => void create(stack, choice),
          write: () => void commands.execute(CommandIds.newEnvironment)
        };
        page = new MainAreaWidget({ content: new StacksView(model, actions, trans) });
        page.toolbar.hide();
        page.id = 'jupyter-envs-stacks-area';
        await pages.add(page);
        shell.add(page, 'main', { type: 'Environments' });
      }
      shell.activateById(page.id);
      await page.content.stacks.refresh();
      return page;
    };

    commands.addCommand(CommandIds.stacks, {
      label: trans.__('New Environment from a Stack…'),
      caption: trans.__('Choose from tried sets of packages, by what they are for'),
      icon: environmentsIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { id: { type: 'string', description: 'The stack; else one is chosen' } }
        }
      },
      execute: args => {
        const id = textOf(args, 'id');
        return id === '' ? open() : attempt(trans, trans.__('Not created'), () => createNamed(id));
      }
    });
    palette?.addItem({ command: CommandIds.stacks, category: trans.__('Environments') });
    void restorer?.restore(pages, { command: CommandIds.stacks, name: () => 'stacks' });
  }
};
