import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { SourceFact } from '../../../src/components/SourceFact';
import { SourcePreview } from '../../../src/components/SourcePreview';
import type { SourceState } from '../../../src/types';
import { moment } from '../../../src/texts';
import { environment, sourceInfo, sourceState, tracked } from '../support/records';
import { spies } from '../support/render';

const user = userEvent.setup();

const DIFF = { text: '--- a\n+++ b\n@@ -1 +1 @@\n-  - numpy\n+  - pandas', truncated: false };

function show(
  state: SourceState | null,
  found = environment()
): { container: HTMLElement; actions: object } {
  const actions = spies();
  const { container } = render(
    <dl>
      <SourceFact environment={found} file="work/environment.yml" state={state} actions={actions} />
    </dl>
  );
  return { container, actions };
}

describe('the stack of an environment', () => {
  it('is told in the place of a file', () => {
    const source = { ...sourceInfo(), kind: 'stack', file: null, stack: 'pytorch' } as const;
    const { container } = show(null, environment({ source }));
    expect(container.textContent).toBe('Stackpytorch');
  });
});

describe('the file of an environment', () => {
  it('can be opened before anything is known of it', () => {
    show(null);
    expect(screen.getAllByRole('button').map(one => one.textContent)).toEqual([
      'work/environment.yml'
    ]);
  });

  it.each([
    ['committed', 'committed (3f2a1b)'],
    ['changed', 'changed since HEAD (3f2a1b)'],
    ['missing', 'removed since HEAD (3f2a1b)']
  ] as const)('is told with its commit where it is %s', (state, text) => {
    show(sourceState({ files: [tracked({ state })] }));
    expect(screen.getByText(text)).toBeTruthy();
  });

  it.each([
    ['added', 'not committed yet'],
    ['untracked', 'not in Git'],
    ['ignored', 'ignored by Git']
  ] as const)('is told without one where it is %s', (state, text) => {
    show(sourceState({ files: [tracked({ state, commit: null })] }));
    expect(screen.getByText(text)).toBeTruthy();
  });

  it('is told with the lock beside it', () => {
    const lock = tracked({ file: '/home/ada/work/conda-lock.yml', state: 'untracked' });
    show(sourceState({ files: [tracked(), lock] }));
    expect(screen.getByText('conda-lock.yml: not in Git')).toBeTruthy();
  });

  it.each([
    ['refused', 'Git does not read this checkout: it belongs to another user'],
    ['failed', 'Git could not read this checkout']
  ] as const)('says why Git has nothing to say: %s', (checkout, text) => {
    show(sourceState({ checkout, files: [], reason: 'dubious ownership' }));
    expect(screen.getByText(text).title).toBe('dubious ownership');
  });

  it.each(['none', 'no_git'] as const)('says nothing of Git where it is %s', checkout => {
    const { container } = show(sourceState({ checkout, files: [] }));
    expect(container.querySelector('dd')?.textContent).toBe('work/environment.yml');
  });

  it('says where it is gone', () => {
    show(sourceState({ exists: false, files: [] }));
    expect(screen.getByText('It is not there now.')).toBeTruthy();
  });

  it.each([
    ['what the environment was made from', sourceState({ diff: DIFF })],
    ['what Git has', sourceState({ files: [tracked({ state: 'changed', diff: DIFF })] })]
  ])('can be compared where it differs from %s', async (_, state) => {
    const { actions } = show(state);
    await user.click(screen.getByRole('button', { name: 'Show what differs' }));
    expect(actions).toHaveProperty('compareSource.mock.calls', [[environment()]]);
  });
});

describe('what differs', () => {
  it('is shown since the environment was made, and since the commit', () => {
    const lock = tracked({ file: '/w/conda-lock.yml', state: 'added', commit: null, diff: DIFF });
    const files = [tracked({ state: 'changed', diff: { ...DIFF, truncated: true } }), lock];
    render(<SourcePreview state={sourceState({ diff: DIFF, files })} />);
    const titles = screen.getAllByRole('heading').map(one => one.textContent);
    expect(titles).toEqual([
      'Since the environment was made',
      `environment.yml since commit 3f2a1b of ${moment('2026-11-17T12:00:00+01:00')}`,
      'conda-lock.yml, which no commit has'
    ]);
    expect(screen.getAllByRole('group')).toHaveLength(3);
    expect(screen.getAllByText('There is more that is not shown here.')).toHaveLength(1);
  });

  it('may be nothing any more', () => {
    render(<SourcePreview state={sourceState()} />);
    expect(screen.getByText('Nothing differs.')).toBeTruthy();
  });
});
