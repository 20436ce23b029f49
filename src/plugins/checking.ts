import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorTracker } from '@jupyterlab/fileeditor';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIds } from '../commandIds';
import type { EnvironmentsModel } from '../model';
import { isSpec, mayBeSpec } from '../model/specFile';
import { IEnvironments } from '../tokens';
import type { TextChecker } from '../widgets/textChecker';
import { noArguments } from './arguments';

type Editor = NonNullable<IEditorTracker['currentWidget']>;

/** Findings in an environment.yml that is open in JupyterLab's own editor. */
export const checkingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:checking',
  description: 'Checks each environment.yml that is open in an editor, and offers fixes.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [IEditorTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    editors: IEditorTracker | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const checkers = new Map<Editor, TextChecker>();

    /** Begin or end with what a file is now called; files of other kinds cost a look at that. */
    const follow = async (widget: Editor): Promise<void> => {
      await widget.context.ready;
      const { TextChecker } = await import('../widgets/textChecker');
      if (widget.isDisposed || checkers.has(widget) || !mayBeSpec(widget.context.path)) {
        return;
      }
      const { editor } = widget.content;
      const checker = new TextChecker(editor, model.client, trans, text =>
        isSpec(widget.context.path, text)
      );
      checkers.set(widget, checker);
      await checker.check();
    };
    const onPath = (widget: Editor): void => {
      const known = checkers.get(widget);
      if (known) {
        void known.check();
      } else if (mayBeSpec(widget.context.path)) {
        void follow(widget);
      }
    };
    const onAdded = (_: unknown, widget: Editor): void => {
      const renamed = (): void => onPath(widget);
      widget.context.pathChanged.connect(renamed);
      widget.disposed.connect(() => {
        widget.context.pathChanged.disconnect(renamed);
        checkers.get(widget)?.dispose();
        checkers.delete(widget);
      });
      onPath(widget);
    };
    editors?.widgetAdded.connect(onAdded);
    editors?.forEach(widget => onAdded(null, widget));
    model.disposed.connect(() => editors?.widgetAdded.disconnect(onAdded));

    const current = (): TextChecker | undefined => {
      const widget = editors?.currentWidget;
      return widget ? checkers.get(widget) : undefined;
    };
    app.commands.addCommand(CommandIds.fixAll, {
      label: trans.__('Fix What Was Found in this File'),
      caption: trans.__('Put right what can be put right without a question'),
      describedBy: noArguments,
      isVisible: () => current()?.isFixable === true,
      execute: () => current()?.fixAll()
    });
    app.contextMenu.addItem({ command: CommandIds.fixAll, selector: '.jp-FileEditor', rank: 21 });
  }
};
