import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { CleanPreview } from '../../../src/components/CleanPreview';
import { DiskSpace, type DiskSpaceProps } from '../../../src/components/DiskSpace';
import { moment } from '../../../src/texts';
import { cleanPlan, environmentStorage, NOW, operation, storage } from '../support/records';
import { renderMarked, spies, untranslated } from '../support/render';

const user = userEvent.setup();

function disk(change: Partial<DiskSpaceProps> = {}): DiskSpaceProps {
  return {
    storage: storage(),
    measuring: false,
    operation: null,
    failed: null,
    log: [],
    writable: true,
    isOpen: true,
    onToggle: jest.fn(),
    actions: spies(),
    ...change
  };
}

const rows = (): (string | undefined)[][] =>
  screen
    .getAllByRole<HTMLTableRowElement>('row')
    .map(row => [...row.cells].map(cell => cell.textContent));

describe('disk space', () => {
  it('is told of everything, and of each environment, the largest first', () => {
    const small = environmentStorage({ name: 'small', slug: 'small', unique: 5, last_used: null });
    const large = environmentStorage({ name: 'large', slug: 'large', unique: 3_000_000_000 });
    const old = environmentStorage({ name: 'old', slug: 'old', unique: 12_000, archived: true });
    render(<DiskSpace {...disk({ storage: storage({ by_environment: [small, old, large] }) })} />);
    expect(screen.getByText('63.0 GB of 270 GB')).toBeTruthy();
    expect(screen.getByText(moment(NOW))).toBeTruthy();
    expect(rows()).toEqual([
      ['Environment', 'Removal frees', 'Last used'],
      ['large', '3.0 GB', moment('2026-11-20T09:00:00+01:00')],
      ['old', '12 kB', 'archived'],
      ['small', '5 B', 'not known']
    ]);
  });

  it.each([
    ['Clean up…', 'clean'],
    ['Measure now', 'measure']
  ] as const)('has a button "%s"', async (name, action) => {
    const { actions } = disk();
    render(<DiskSpace {...disk({ actions })} />);
    await user.click(screen.getByRole('button', { name }));
    expect(actions[action]).toHaveBeenCalledTimes(1);
  });

  it('tells while every file is looked at', () => {
    render(<DiskSpace {...disk({ measuring: true })} />);
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Measuring…' });
    expect(button.disabled).toBe(true);
  });

  it.each([
    ['nothing can be written', { writable: false }],
    ['it is being cleaned', { operation: operation({ verb: 'clean', phase: 'clean' }) }]
  ])('is not cleaned where %s', (_, change) => {
    render(<DiskSpace {...disk(change)} />);
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Clean up…' });
    expect(button.disabled).toBe(true);
  });

  it('is closed at first, and opened by whoever holds it', async () => {
    const { onToggle } = disk();
    render(<DiskSpace {...disk({ isOpen: false, onToggle })} />);
    expect(screen.queryByRole('table')).toBeNull();
    await user.click(screen.getByText('Disk space'));
    expect(onToggle).toHaveBeenCalledTimes(1);
  });

  it('is waited for', () => {
    render(<DiskSpace {...disk({ storage: null })} />);
    expect(screen.getByText('Loading…')).toBeTruthy();
  });

  it('is translated', () => {
    const { container } = renderMarked(<DiskSpace {...disk({ measuring: true })} />);
    const data = ['science', '98 MB', '512 MB', '10 MB', '63.0 GB', '270 GB', storage().cache_dir];
    const moments = [NOW, '2026-11-20T09:00:00+01:00'].map(moment);
    expect(untranslated(container, [...data, ...moments])).toEqual([]);
  });
});

describe('what cleaning up would remove', () => {
  type Props = React.ComponentProps<typeof CleanPreview>;

  function show(change: Partial<Props> = {}): jest.Mock {
    const onChoose = jest.fn();
    const props = { plan: cleanPlan(), failed: false, generations: false, packages: true };
    render(<CleanPreview {...props} onChoose={onChoose} {...change} />);
    return onChoose;
  }

  it('is told by kind, with the bytes', async () => {
    show();
    expect(screen.getByText(/^Cached packages: 2/).textContent).toBe('Cached packages: 225 MB');
    expect(screen.getByText('25 MB will be freed.')).toBeTruthy();
    await user.click(screen.getByText(/^Signs of processes that ended: 1/));
    expect(screen.getByText('science/1-here-7').textContent).toContain('4 kB');
  });

  it('is chosen', async () => {
    const onChoose = show();
    await user.click(screen.getByRole('checkbox', { name: /^Earlier generations/ }));
    await user.click(screen.getByRole('checkbox', { name: /^Cached packages/ }));
    expect(onChoose.mock.calls).toEqual([
      [{ generations: true, packages: true }],
      [{ generations: false, packages: false }]
    ]);
  });

  it('is waited for', () => {
    show({ plan: null });
    expect(screen.getByRole('status').textContent).toBe('Looking at what can go…');
  });

  it('may not be to be found out', () => {
    show({ plan: null, failed: true });
    expect(screen.getByRole('status').textContent).toMatch(/^It could not be found out/);
  });

  it('may be nothing', () => {
    show({ plan: cleanPlan({ items: [] }) });
    expect(screen.getByRole('status').textContent).toBe('There is nothing that could go.');
  });

  it('may have to wait', () => {
    show({ plan: cleanPlan({ blocked: true }) });
    expect(screen.getByText(/^Other operations are at work/)).toBeTruthy();
  });
});
