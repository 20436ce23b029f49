import {
  consoleIcon,
  copyIcon,
  deleteIcon,
  historyIcon,
  notebookIcon,
  refreshIcon,
  terminalIcon
} from '@jupyterlab/ui-components';
import React from 'react';

import { canBeProbed } from '../builds';
import type {
  Drift,
  DriftReport,
  Environment,
  EnvironmentStorage,
  Generation,
  Package,
  SourceState
} from '../types';
import { bytes, lastUsed, moment } from '../texts';
import type { Actions } from './actions';
import { Archived } from './Archived';
import { Broken } from './Broken';
import { Button } from './Button';
import { useTrans } from './context';
import { Download } from './Download';
import { DriftSection } from './DriftSection';
import { Generations } from './Generations';
import { Packages } from './Packages';
import { ProbeSection } from './ProbeSection';
import { SourceFact } from './SourceFact';
import { Unhashed } from './Unhashed';

/** What is shown of an environment once its row is open; null until it has come. */
export interface More {
  generations: readonly Generation[] | null;
  packages: readonly Package[] | null;
  /** How many kernels run from another generation than the current one. */
  oldKernels: number;
  /** What was changed in it since it was made. */
  drift: DriftReport | null;
  /** Whether this machine has a GPU. */
  gpus: boolean;
  /** Every file is being compared with the lock. */
  checking: boolean;
  /** What has become of its file. */
  source: SourceState | null;
  /** What it takes on the disk, as it was measured last. */
  disk: EnvironmentStorage | null;
}

interface DetailsProps {
  environment: Environment;
  more: More;
  /** Its file as the file browser knows it; null where it is out of reach, or there is none. */
  file: string | null;
  formats: readonly string[];
  actions: Actions;
  /** Nothing can be changed: something goes on, or the folder cannot be written. */
  locked: boolean;
}

/** Everything about one environment, and everything that can be done with it. */
export function Details(props: DetailsProps): React.JSX.Element {
  const { environment, more, formats, actions, locked } = props;
  const trans = useTrans();
  if (!environment.managed) {
    return (
      <>
        <p className="jp-Envs-note">
          {trans.__(
            'Another tool made it, in %1. It is listed here, and not changed unless you adopt it.',
            environment.path
          )}
        </p>
        <div className="jp-Envs-buttons">
          <Button
            label={trans.__('Adopt…')}
            title={trans.__('Make its file and its lock from what is installed; nothing is moved')}
            disabled={locked}
            onClick={() => actions.adopt(environment)}
          />
        </div>
      </>
    );
  }
  if (environment.archived) {
    return <Archived {...props} />;
  }
  if (environment.broken) {
    return <Broken {...props} />;
  }
  return (
    <div className="jp-Envs-details">
      <Open environment={environment} actions={actions} />
      {more.oldKernels > 0 && (
        <div className="jp-Envs-offer">
          <p>
            {trans._n(
              '%1 kernel still runs from an earlier generation.',
              '%1 kernels still run from earlier generations.',
              more.oldKernels
            )}
          </p>
          <Button
            label={trans.__('Restart on generation %1', environment.generation ?? 0)}
            kind="accept"
            onClick={() => actions.moveKernels(environment)}
          />
        </div>
      )}
      {environment.drift && environment.drift.count > 0 && drift(environment.drift)}
      <Facts environment={environment} more={more} file={props.file} actions={actions} />
      <Section title={trans.__('Generations')}>
        {more.generations ? (
          <Generations
            environment={environment}
            generations={more.generations}
            actions={actions}
            busy={locked}
          />
        ) : (
          <p className="jp-Envs-note">{trans.__('Loading…')}</p>
        )}
      </Section>
      {(environment.target?.gpu_required === true || canBeProbed(environment, more.packages)) && (
        <ProbeSection
          environment={environment}
          gpus={more.gpus}
          locked={locked}
          actions={actions}
        />
      )}
      {environment.drift?.count === 0 && drift(environment.drift)}
      <div className="jp-Envs-buttons">
        <Button
          icon={historyIcon}
          label={trans.__('History')}
          title={trans.__('What happened to it, and what changed between two generations')}
          onClick={() => actions.openHistory(environment)}
        />
      </div>
      <details className="jp-Envs-section">
        <summary>{trans.__('Packages')}</summary>
        {more.packages ? (
          <Packages packages={more.packages} />
        ) : (
          <p className="jp-Envs-note">{trans.__('Loading…')}</p>
        )}
      </details>
      <div className="jp-Envs-buttons">
        <Button
          icon={refreshIcon}
          label={trans.__('Update from file')}
          kind={environment.behind === true ? 'accept' : 'plain'}
          title={trans.__('Build the next generation from the environment.yml as it is now')}
          disabled={locked}
          onClick={() => actions.update(environment)}
        />
        <Button
          icon={copyIcon}
          label={trans.__('Clone…')}
          disabled={locked}
          onClick={() => actions.clone(environment)}
        />
        <Button
          label={trans.__('Archive…')}
          title={trans.__('Keep its file and its lock only, and make it again when it is needed')}
          disabled={locked}
          onClick={() => actions.archive(environment)}
        />
        <Download environment={environment} formats={formats} actions={actions} />
        <Button
          icon={deleteIcon}
          label={trans.__('Remove…')}
          kind="warn"
          disabled={locked}
          onClick={() => actions.remove(environment)}
        />
      </div>
    </div>
  );

  function drift(shown: Drift): React.JSX.Element {
    return (
      <DriftSection
        environment={environment}
        drift={shown}
        report={more.drift}
        checking={more.checking}
        actions={actions}
        locked={locked}
      />
    );
  }
}

function Open(props: { environment: Environment; actions: Actions }): React.JSX.Element {
  const { environment, actions } = props;
  const trans = useTrans();
  const kernel = environment.kernel !== null;
  return (
    <div className="jp-Envs-buttons jp-Envs-open">
      {kernel && (
        <Button
          icon={notebookIcon}
          label={trans.__('Notebook')}
          title={trans.__('New notebook on this environment')}
          onClick={() => actions.openNotebook(environment)}
        />
      )}
      {kernel && (
        <Button
          icon={consoleIcon}
          label={trans.__('Console')}
          title={trans.__('New console on this environment')}
          onClick={() => actions.openConsole(environment)}
        />
      )}
      <Button
        icon={terminalIcon}
        label={trans.__('Terminal here')}
        title={trans.__('New terminal with this environment activated')}
        onClick={() => actions.openTerminal(environment)}
      />
    </div>
  );
}

function Facts(props: {
  environment: Environment;
  more: More;
  file: string | null;
  actions: Actions;
}): React.JSX.Element {
  const { environment, more, file, actions } = props;
  const trans = useTrans();
  return (
    <dl className="jp-Envs-facts">
      <dt>{trans.__('Path')}</dt>
      <dd title={environment.prefix}>{environment.path}</dd>
      <SourceFact environment={environment} file={file} state={more.source} actions={actions} />
      {environment.created !== null && (
        <>
          <dt>{trans.__('Made')}</dt>
          <dd>{moment(environment.created)}</dd>
        </>
      )}
      <dt>{trans.__('Lock')}</dt>
      <dd title={environment.lock_digest ?? undefined}>
        {environment.lock_digest?.slice(0, 12)}
        <Unhashed packages={environment.unhashed} />
      </dd>
      {more.disk && (
        <>
          <dt>{trans.__('Disk')}</dt>
          <dd>{trans.__('Removing it frees %1', bytes(more.disk.unique))}</dd>
          <dt>{trans.__('Used')}</dt>
          <dd title={trans.__('When a process was last started from it, or it was changed')}>
            {environment.processes > 0 ? trans.__('now') : lastUsed(more.disk.last_used, trans)}
          </dd>
        </>
      )}
    </dl>
  );
}

function Section(props: { title: string; children: React.ReactNode }): React.JSX.Element {
  return (
    <section className="jp-Envs-section">
      <h3>{props.title}</h3>
      {props.children}
    </section>
  );
}
