import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { EnvironmentRow, type RowProps } from '../../../src/components/EnvironmentRow';
import { environment, foreign, operation, problem } from '../support/records';
import { askedOf, rowProps } from '../support/render';

const user = userEvent.setup();

function show(change: Partial<RowProps> = {}): RowProps {
  const props = rowProps(change);
  render(<EnvironmentRow {...props} />);
  return props;
}

const row = (): HTMLElement => screen.getByRole('listitem');

describe('a row', () => {
  it('says what the environment is', () => {
    show();
    expect(row().textContent).toContain('python · 64 packages · 512 MB · generation 1');
    expect(row().dataset).toMatchObject({ name: 'science', state: 'ready' });
  });

  it('leaves out what is not known', () => {
    show({ environment: environment({ size: null, language: null, packages: 1 }) });
    expect(row().textContent).toBe('science1 package · generation 1');
  });

  it('has the name as it was written', () => {
    show({ environment: environment({ name: 'Meine Umgebung', slug: 'Meine-Umgebung' }) });
    expect(screen.getByRole('button', { name: 'Meine Umgebung' })).toBeTruthy();
  });

  it.each([
    [1, /1 kernel$/],
    [3, /3 kernels$/]
  ])('counts %s kernel(s)', (kernels, name) => {
    show({ kernels });
    expect(screen.getByRole('button', { name })).toBeTruthy();
  });

  it('has no chip where there is nothing to say', () => {
    show();
    expect(screen.getByRole('button', { name: 'science' })).toBeTruthy();
    expect(screen.getAllByRole('button')).toHaveLength(1);
  });

  it('of another tool says so', () => {
    show({ environment: foreign('old') });
    expect(row().textContent).toContain('made by another tool');
    expect(row().dataset.state).toBe('unmanaged');
  });
});

describe('a row whose file has changed', () => {
  const behind = environment({ behind: true });

  it('says so, and offers the update', async () => {
    const { actions } = show({ environment: behind });
    expect(screen.getByRole('button', { name: /file changed/ })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Update from file' }));
    expect(actions.update).toHaveBeenCalledWith(behind);
  });

  it('offers nothing while something goes on', () => {
    show({ environment: behind, operation: operation({ verb: 'update' }) });
    expect(screen.queryByRole('button', { name: 'Update from file' })).toBeNull();
  });

  it('offers the update once where it is open', () => {
    show({ environment: behind, isOpen: true });
    expect(screen.getAllByRole('button', { name: 'Update from file' })).toHaveLength(1);
  });
});

describe('the button of a row', () => {
  it.each(['{Enter}', ' '])('opens and closes it by the key "%s"', async key => {
    const { onToggle } = show();
    await user.tab();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'science' }));
    await user.keyboard(key);
    expect(onToggle).toHaveBeenCalledTimes(1);
  });

  it('opens and closes it by a click', async () => {
    const { onToggle } = show();
    await user.click(screen.getByRole('button', { name: 'science' }));
    expect(onToggle).toHaveBeenCalledTimes(1);
  });

  it('tells whether it is open', () => {
    const props = rowProps();
    const { rerender } = render(<EnvironmentRow {...props} />);
    expect(screen.getByRole('button', { name: 'science', expanded: false })).toBeTruthy();
    expect(screen.queryByText('Path')).toBeNull();
    rerender(<EnvironmentRow {...props} isOpen />);
    expect(screen.getByRole('button', { name: 'science', expanded: true })).toBeTruthy();
    expect(screen.getByText('Path')).toBeTruthy();
  });
});

describe('a row of what is being made', () => {
  it('shows how it goes, and has nothing to open', () => {
    show({ environment: null, operation: operation() });
    expect(screen.getByRole('progressbar')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'science' })).toBeNull();
    expect(row().dataset).toMatchObject({ name: 'science', state: 'running' });
  });

  it('shows how it went wrong', () => {
    show({ environment: null, failed: operation({ state: 'failed', error: problem() }) });
    expect(screen.getByRole('alert').textContent).toContain('Not created');
    expect(row().dataset.state).toBe('failed');
  });
});

describe('an open row', () => {
  it('offers no change while something goes on', async () => {
    const { actions } = show({ isOpen: true, operation: operation({ verb: 'update' }) });
    for (const name of ['Update from file', 'Clone…', 'Remove…']) {
      await user.click(screen.getByRole('button', { name }));
    }
    expect(askedOf(actions as never)).toEqual([]);
  });
});
