import { type RenderResult, render } from '@testing-library/react';
import React from 'react';

import type { Actions } from '../../../src/components/actions';
import { Translation } from '../../../src/components/context';
import type { RowProps } from '../../../src/components/EnvironmentRow';
import { marking } from './translation';
import { environment } from './records';

const NAMES: (keyof Actions)[] = [
  'newEnvironment',
  'openStacks',
  'refresh',
  'openNotebook',
  'openConsole',
  'openTerminal',
  'openSource',
  'update',
  'rollback',
  'clone',
  'download',
  'remove',
  'openHistory',
  'openAudit',
  'moveKernels',
  'adopt',
  'restore',
  'keep',
  'checkFiles',
  'archive',
  'recreate',
  'compareSource',
  'measure',
  'clean',
  'probe',
  'openDoctor',
  'shutDown',
  'cancel',
  'resume',
  'dismiss',
  'showLog'
];

/** Actions that remember that they were asked for. */
export function spies(): jest.Mocked<Actions> {
  return Object.fromEntries(
    NAMES.map(name => [name, jest.fn()])
  ) as unknown as jest.Mocked<Actions>;
}

/** The names of the actions that were asked for. */
export function askedOf(actions: jest.Mocked<Actions>): string[] {
  return NAMES.filter(name => actions[name].mock.calls.length > 0);
}

/** Details of which nothing has come yet. */
export function more(change: Partial<RowProps['more']> = {}): RowProps['more'] {
  const nothing = { generations: null, packages: null, oldKernels: 0 };
  return {
    ...nothing,
    drift: null,
    gpus: false,
    checking: false,
    source: null,
    disk: null,
    ...change
  };
}

/** A row of an environment that is closed and idle. */
export function rowProps(change: Partial<RowProps> = {}): RowProps {
  const found = change.environment === undefined ? environment() : change.environment;
  return {
    name: found?.name ?? 'science',
    environment: found,
    operation: null,
    failed: null,
    kernels: 0,
    log: [],
    more: more(),
    file: 'work/environment.yml',
    formats: ['yaml', 'lock'],
    writable: true,
    actions: spies(),
    isOpen: false,
    onToggle: jest.fn(),
    ...change
  };
}

/** Draw in a language in which every translated text is between guillemets. */
export function renderMarked(element: React.JSX.Element): RenderResult {
  return render(<Translation.Provider value={marking}>{element}</Translation.Provider>);
}

/** Words that a person sees or hears and that were not translated; `data` are no words. */
export function untranslated(container: HTMLElement, data: readonly string[]): string[] {
  const attributes = ['aria-label', 'title', 'placeholder'];
  const found = [...container.querySelectorAll('*')].flatMap(element => [
    ...[...element.childNodes]
      .filter(node => node.nodeType === Node.TEXT_NODE)
      .map(node => node.textContent ?? ''),
    ...attributes.map(name => element.getAttribute(name) ?? '')
  ]);
  const bare = found.map(text => {
    let rest = text;
    while (/«[^«»]*»/.test(rest)) {
      rest = rest.replace(/«[^«»]*»/g, ''); // the inner ones first
    }
    return data.reduce((left, known) => left.replaceAll(known, ''), rest);
  });
  return bare.filter(text => /[A-Za-z]{2}/.test(text));
}
