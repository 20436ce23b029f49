import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { historyIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIds } from '../commandIds';
import type { AuditActions } from '../components/Audit';
import type { EnvironmentsModel } from '../model';
import { IEnvironments } from '../tokens';
import type { AuditView } from '../widgets/audit';
import type { HistoryView } from '../widgets/history';
import { aboutEnvironment, textOf } from './arguments';
import { attempt } from './attempt';

const NOTEBOOK = /\.ipynb$/i;

const TEXT = { type: 'string' } as const;

/** A lock that a command is about. */
const aboutLock = {
  args: {
    type: 'object',
    required: ['digest'],
    properties: {
      digest: { type: 'string', description: 'Lock digest, or how it begins' },
      name: { type: 'string', description: 'A suggestion for the name' }
    }
  }
} as const;

/** The past: the history of an environment, what ran when, and ways back. */
export const pastPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter_envs:past',
  description: 'Shows the history of environments and what ran when, and recreates from locks.',
  autoStart: true,
  requires: [IEnvironments],
  optional: [IFileBrowserFactory, INotebookTracker, ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    model: EnvironmentsModel,
    browsers: IFileBrowserFactory | null,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_envs');
    const { commands, shell } = app;
    const { contents } = app.serviceManager;
    const audits = new WidgetTracker<MainAreaWidget<AuditView>>({ namespace: 'envs-audit' });
    const histories = new WidgetTracker<MainAreaWidget<HistoryView>>({
      namespace: 'envs-history'
    });

    const selected = (): string | null => {
      const items = [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])];
      const path = items.length === 1 ? (items[0]?.path ?? '') : '';
      return NOTEBOOK.test(path) ? contents.localPath(path) : null;
    };
    const notebook = (): string | null => {
      const path = notebooks?.currentWidget?.context.path ?? null;
      return selected() ?? (path === null ? null : contents.localPath(path));
    };
    const actions: AuditActions = {
      downloadLock: digest => void commands.execute(CommandIds.downloadLock, { digest }),
      recreate: (digest, name) => void commands.execute(CommandIds.recreate, { digest, name }),
      openHistory: name => void commands.execute(CommandIds.history, { name })
    };

    /** The one view there is, in front. */
    const openAudit = async (args: ReadonlyPartialJSONObject): Promise<unknown> => {
      let widget = audits.find(() => true);
      const isNew = !widget;
      if (!widget) {
        const { AuditView } = await import('../widgets/audit');
        const content = new AuditView(model, actions, notebook, trans);
        widget = new MainAreaWidget({ content });
        widget.toolbar.hide();
        widget.id = 'jupyter-envs-audit-area';
        await audits.add(widget);
        shell.add(widget, 'main', { type: 'Environments' });
      }
      shell.activateById(widget.id);
      const asked = ['when', 'notebook', 'digest'].filter(key => typeof args[key] === 'string');
      if (isNew || asked.length > 0) {
        await widget.content.ask(Object.fromEntries(asked.map(key => [key, textOf(args, key)])));
      }
      return widget;
    };

    const openHistory = async (name: string): Promise<unknown> => {
      // It may be of an environment that is gone, which nobody has a name for but this.
      const slug = model.environments.find(one => one.name === name)?.slug ?? name;
      let widget = histories.find(one => one.content.slug === slug);
      if (!widget) {
        const { HistoryView } = await import('../widgets/history');
        const { localField } = await import('../model/moments');
        const content = new HistoryView(
          model,
          slug,
          ({ time }) => {
            // To the minute, so up to the end of it.
            const when = localField(new Date(Date.parse(time) + 60_000));
            void commands.execute(CommandIds.audit, { when });
          },
          trans
        );
        widget = new MainAreaWidget({ content });
        widget.toolbar.hide();
        widget.id = `jupyter-envs-history-area-${slug}`;
        await histories.add(widget);
        shell.add(widget, 'main', { type: 'Environments' });
      }
      shell.activateById(widget.id);
      return widget;
    };

    commands.addCommand(CommandIds.audit, {
      label: trans.__('What Ran When'),
      caption: trans.__('Which notebook ran on which packages, and the exact lock of them'),
      icon: historyIcon,
      describedBy: {
        args: { type: 'object', properties: { when: TEXT, notebook: TEXT, digest: TEXT } }
      },
      execute: openAudit
    });
    commands.addCommand(CommandIds.auditNotebook, {
      label: trans.__('What this Notebook Ran On'),
      icon: historyIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => selected() !== null,
      execute: () => openAudit({ notebook: selected() ?? '' })
    });
    commands.addCommand(CommandIds.history, {
      label: trans.__('History of Environment'),
      icon: historyIcon,
      describedBy: aboutEnvironment(),
      execute: args => openHistory(textOf(args, 'name'))
    });
    commands.addCommand(CommandIds.downloadLock, {
      label: trans.__('Download a Lock'),
      describedBy: aboutLock,
      execute: args =>
        attempt(trans, trans.__('Not downloaded'), async () => {
          const { saveFile } = await import('../widgets/saveFile');
          saveFile(await model.client.lock(textOf(args, 'digest')));
        })
    });
    commands.addCommand(CommandIds.recreate, {
      label: trans.__('Recreate Environment from a Lock'),
      describedBy: aboutLock,
      execute: async args => {
        const { recreate } = await import('../widgets/recreate');
        const begun = await recreate(model, trans, textOf(args, 'digest'), textOf(args, 'name'));
        if (begun) {
          await commands.execute(CommandIds.openPanel);
        }
        return begun;
      }
    });
    palette?.addItem({ command: CommandIds.audit, category: trans.__('Environments') });
    app.contextMenu.addItem({
      command: CommandIds.auditNotebook,
      selector: '.jp-DirListing-item[data-isdir="false"]',
      rank: 3.5
    });
    void restorer?.restore(audits, { command: CommandIds.audit, name: () => 'audit' });
    void restorer?.restore(histories, {
      command: CommandIds.history,
      args: widget => ({ name: widget.content.slug }),
      name: widget => widget.content.slug
    });
  }
};
