import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import React from 'react';

import type { Environment, Operation } from '../client';
import { CommandIds } from '../commandIds';
import type { Actions } from '../components/actions';
import { Translation } from '../components/context';
import type { More } from '../components/Details';
import type { DiskSpaceProps } from '../components/DiskSpace';
import type { GpuStripProps } from '../components/GpuStrip';
import { Panel } from '../components/Panel';
import { environmentsIcon } from '../icons';
import { type EnvironmentsModel, type Row, sourcePath } from '../model';

/** What is fetched for an open row here; the model knows of its drift. */
type Fetched = Pick<More, 'generations' | 'packages' | 'oldKernels'>;

const NOTHING_YET: Fetched = { generations: null, packages: null, oldKernels: 0 };

/** The side panel "Environments": the model's state as properties, clicks as commands. */
export class EnvironmentsPanel extends ReactWidget {
  private readonly _open = new Set<string>();
  private readonly _more = new Map<string, { mark: string; more: Fetched }>();
  private readonly _actions: Actions;
  private _diskIsOpen = false;
  /** The lines of the machine that are unfolded. */
  private readonly _lines = new Set<string>();

  constructor(
    private readonly _model: EnvironmentsModel,
    private readonly _kernels: Kernel.IManager,
    private readonly _commands: CommandRegistry,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'jupyter-envs-panel';
    this.addClass('jp-Envs');
    this.title.icon = environmentsIcon;
    this.title.caption = this._trans.__('Environments');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', this.title.caption);
    this._actions = this._makeActions();
    this._model.changed.connect(this._onChanged, this);
    this._kernels.runningChanged.connect(this._onChanged, this);
    this._model.gpus.changed.connect(this._onGpus, this);
  }

  override dispose(): void {
    this._model.changed.disconnect(this._onChanged, this);
    this._kernels.runningChanged.disconnect(this._onChanged, this);
    this._model.gpus.changed.disconnect(this._onGpus, this);
    this._watch(false);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._watch(true);
    void this._model.refresh();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._watch(false);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._watch(this.isVisible);
  }

  protected override onBeforeDetach(message: Message): void {
    this._watch(false);
    super.onBeforeDetach(message);
  }

  protected override render(): React.JSX.Element {
    const { info, problem, away, ready } = this._model;
    const kernels = countByName(this._kernels);
    return (
      <Translation.Provider value={this._trans}>
        <Panel
          ready={ready}
          away={away}
          problem={problem ?? info?.problem ?? null}
          writable={info?.writable ?? false}
          gpus={this._gpus()}
          disk={ready && info?.problem === null ? this._disk() : null}
          actions={this._actions}
          rows={this._model.rows().map(row => ({
            id: row.key,
            name: row.name,
            environment: row.environment,
            operation: row.operation,
            failed: row.failed,
            kernels: (row.environment?.kernels ?? []).reduce(
              (sum, name) => sum + (kernels.get(name) ?? 0),
              0
            ),
            log: this._model.log((row.operation ?? row.failed)?.id ?? ''),
            more: this._moreOf(row),
            file: row.environment && sourcePath(this._model, row.environment),
            formats: info?.exports ?? [],
            writable: info?.writable ?? false,
            actions: this._actions,
            isOpen: this._open.has(row.key),
            onToggle: () => this._toggle(row)
          }))}
        />
      </Translation.Provider>
    );
  }

  private _moreOf({ key, environment }: Row): More {
    return {
      ...(this._more.get(key)?.more ?? NOTHING_YET),
      drift: environment && this._model.drifts.of(environment),
      gpus: (this._model.gpus.hardware?.devices.length ?? 0) > 0,
      checking: environment !== null && this._model.drifts.isChecking(environment),
      source: environment && this._model.sources.of(environment),
      disk: environment && this._model.storage.of(environment)
    };
  }

  private _gpus(): GpuStripProps | null {
    const { hardware, holders, isAway } = this._model.gpus;
    return (
      hardware && {
        hardware,
        holders,
        away: isAway,
        open: this._lines,
        onToggle: line => {
          if (!this._lines.delete(line)) {
            this._lines.add(line);
          }
          this._watch(this.isVisible);
          this.update();
        },
        actions: this._actions
      }
    );
  }

  /** The machine is asked about only while somebody looks at it. */
  private _watch(looks: boolean): void {
    this._model.gpus.watch('machine', looks && this._lines.has('machine'));
    this._model.gpus.watch('panel', looks);
  }

  private _disk(): DiskSpaceProps {
    const { storage } = this._model;
    const { operation, failed } = this._model.cleaning();
    return {
      storage: storage.view,
      measuring: storage.isMeasuring,
      operation,
      failed,
      log: this._model.log((operation ?? failed)?.id ?? ''),
      writable: this._model.info?.writable ?? false,
      // Whoever cleans up wants to see how that goes.
      isOpen: this._diskIsOpen || operation !== null || failed !== null,
      onToggle: () => {
        this._diskIsOpen = !this._diskIsOpen;
        void storage.want();
        this.update();
      },
      actions: this._actions
    };
  }

  private _onChanged(): void {
    for (const row of this._model.rows()) {
      if (row.environment && this._open.has(row.key)) {
        this._fetch(row.environment);
      }
    }
    this.update();
  }

  private _onGpus(): void {
    this.update();
  }

  private _toggle(row: Row): void {
    if (!this._open.delete(row.key)) {
      this._open.add(row.key);
      if (row.environment) {
        this._model.sources.forget(row.environment);
        this._fetch(row.environment);
      }
    }
    this.update();
  }

  private _fetch(environment: Environment): void {
    void this._fetchMore(environment);
    void this._model.drifts.want(environment);
    void this._model.sources.want(environment);
    void this._model.storage.wantOf(environment);
  }

  /** Ask for what an open row shows, once for each state of the environment. */
  private async _fetchMore(environment: Environment): Promise<void> {
    const { slug } = environment;
    const running = [...this._kernels.running()].map(kernel => kernel.id).sort();
    const mark = JSON.stringify([
      environment.generation,
      environment.created,
      environment.archived,
      environment.broken,
      running
    ]);
    const known = this._more.get(slug);
    if (!environment.managed || known?.mark === mark) {
      return;
    }
    this._more.set(slug, { mark, more: known?.more ?? NOTHING_YET });
    const isWanted = (): boolean => !this.isDisposed && this._more.get(slug)?.mark === mark;
    try {
      const [whole, packages, processes] = await Promise.all([
        this._model.client.environment(slug),
        environment.broken ? [] : this._model.client.packages(slug),
        environment.archived ? [] : this._model.client.processes(slug)
      ]);
      const oldKernels = processes.filter(
        one => one.kernel !== null && one.generation !== environment.generation
      ).length;
      if (isWanted()) {
        const more = { generations: whole.generations, packages, oldKernels };
        this._more.set(slug, { mark, more });
        this.update();
      }
    } catch {
      // It went away meanwhile, or the server did: the list tells.
      if (isWanted()) {
        this._more.delete(slug);
      }
    }
  }

  private _makeActions(): Actions {
    const onEnvironment =
      (id: string, more: object = {}) =>
      (environment: Environment): void => {
        void this._commands.execute(id, { name: environment.slug, ...more });
      };
    const onOperation =
      (id: string) =>
      (operation: Operation): void => {
        void this._commands.execute(id, { operation: operation.id });
      };
    return {
      newEnvironment: () => void this._commands.execute(CommandIds.newEnvironment),
      openStacks: () => void this._commands.execute(CommandIds.stacks),
      refresh: () => void this._commands.execute(CommandIds.refresh),
      openNotebook: onEnvironment(CommandIds.openNotebook),
      openConsole: onEnvironment(CommandIds.openConsole),
      openTerminal: onEnvironment(CommandIds.openTerminal),
      openSource: onEnvironment(CommandIds.openSource),
      update: onEnvironment(CommandIds.update),
      rollback: (environment, generation) =>
        onEnvironment(CommandIds.rollback, { generation })(environment),
      clone: onEnvironment(CommandIds.clone),
      download: (environment, format) =>
        onEnvironment(CommandIds.download, { format })(environment),
      remove: onEnvironment(CommandIds.remove),
      moveKernels: onEnvironment(CommandIds.moveKernels),
      adopt: onEnvironment(CommandIds.adopt),
      restore: onEnvironment(CommandIds.restore),
      keep: onEnvironment(CommandIds.keep),
      checkFiles: onEnvironment(CommandIds.checkFiles),
      archive: onEnvironment(CommandIds.archive),
      recreate: onEnvironment(CommandIds.recreateArchived),
      compareSource: onEnvironment(CommandIds.compareSource),
      measure: () => void this._commands.execute(CommandIds.measure),
      clean: () => void this._commands.execute(CommandIds.clean),
      probe: onEnvironment(CommandIds.probe),
      openDoctor: environment =>
        void this._commands.execute(
          CommandIds.doctor,
          environment ? { name: environment.slug } : {}
        ),
      shutDown: kernel =>
        void this._commands.execute(CommandIds.shutDownKernel, { kernel: kernel.kernel_id }),
      openHistory: onEnvironment(CommandIds.history),
      openAudit: () => void this._commands.execute(CommandIds.audit),
      cancel: onOperation(CommandIds.cancel),
      resume: onOperation(CommandIds.resume),
      dismiss: operation => this._model.dismiss(operation.id),
      showLog: operation => void this._model.readLog(operation.id).catch(() => undefined)
    };
  }
}

function countByName(kernels: Kernel.IManager): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of kernels.running()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
