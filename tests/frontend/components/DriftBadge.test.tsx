import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { DriftBadge } from '../../../src/components/DriftBadge';
import type { Drift } from '../../../src/types';
import { drift } from '../support/records';

const user = userEvent.setup();

function show(told: Drift | null): { container: HTMLElement; onToggle: jest.Mock } {
  const onToggle = jest.fn();
  const { container } = render(<DriftBadge drift={told} isOpen={false} onToggle={onToggle} />);
  return { container, onToggle };
}

describe('the badge', () => {
  it.each([
    [1, 'Changed: pip replaced a conda package'],
    [2, 'Changed: pip replaced a conda package, and 1 more'],
    [5, 'Changed: pip replaced a conda package, and 4 more']
  ])('tells the worst of %s change(s)', (count, name) => {
    show(drift({ state: 'drifted', count, worst: 'pip_replaced_conda' }));
    expect(screen.getByRole('button', { name, expanded: false })).toBeTruthy();
  });

  it('tells of what a newer server knows', () => {
    show(drift({ state: 'drifted', count: 1, worst: 'melted' }));
    expect(screen.getByRole('button', { name: 'Changed: it was changed' })).toBeTruthy();
  });

  it('tells that somebody lives with it', () => {
    show(drift({ state: 'kept', count: 2, worst: 'pip_added' }));
    const badge = screen.getByRole('button', { name: 'Kept with 2 changes' });
    expect(badge.className).toContain('jp-mod-kept');
  });

  it('opens the row', async () => {
    const { onToggle } = show(drift({ state: 'drifted', count: 1, worst: 'removed' }));
    await user.click(screen.getByRole('button'));
    expect(onToggle).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['as the lock says', drift()],
    ['not known', drift({ state: 'unknown', checked_at: null })],
    ['nobody has said', null]
  ])('is not there where it is %s', (_, told) => {
    show(told);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('is heard when it appears', () => {
    const { container } = show(drift());
    const place = container.querySelector('[aria-live="polite"]');
    expect(place?.textContent).toBe('');
  });
});
