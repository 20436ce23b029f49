import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Running } from '../../../src/components/Running';
import type { Operation, OperationEvent } from '../../../src/types';
import { event, operation } from '../support/records';
import { spies } from '../support/render';

const user = userEvent.setup();

function running(
  change: Partial<Operation> = {},
  log: OperationEvent[] = []
): React.ComponentProps<typeof Running> {
  return { operation: operation(change), log, actions: spies(), locked: false };
}

describe('what goes on', () => {
  it('says what is done, and how far it is', () => {
    const counted = { phase: 'download', done: 3, total: 12, unit: 'packages' };
    const { container } = render(<Running {...running(counted)} />);
    expect(container.textContent).toContain('Creating: Downloading');
    expect(container.textContent).toContain('3 of 12 packages');
  });

  it('says its place in the queue', () => {
    const queued = { state: 'queued', phase: 'queued', queue_position: 2 } as const;
    const { container } = render(<Running {...running(queued)} />);
    expect(container.textContent).toContain('Creating: Waiting (number 2 in the queue)');
  });

  it('reads out a new phase, and not each package', () => {
    const { container } = render(
      <Running {...running({ phase: 'download', done: 3, total: 12, unit: 'packages' })} />
    );
    const live = container.querySelector('[aria-live="polite"]');
    expect(live?.textContent).toBe('Creating: Downloading');
  });

  it('can be cancelled', async () => {
    const props = running();
    render(<Running {...props} />);
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(props.actions.cancel).toHaveBeenCalledWith(props.operation);
  });
});

describe('what goes on where nothing can be written', () => {
  it('cannot be cancelled', () => {
    render(<Running {...running()} locked />);
    const cancel = screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel' });
    expect(cancel.disabled).toBe(true);
  });
});

describe('the bar', () => {
  const bar = (): HTMLElement => screen.getByRole('progressbar');

  it.each([
    [0, 12, '0'],
    [3, 12, '25'],
    [2, 3, '67'],
    [12, 12, '100'],
    [13, 12, '100']
  ])('of %s of %s is at %s percent', (done, total, percent) => {
    render(<Running {...running({ phase: 'install', done, total, unit: 'packages' })} />);
    expect(screen.getByRole('progressbar', { name: 'Installing' })).toBe(bar());
    expect(bar().getAttribute('aria-valuenow')).toBe(percent);
    expect(bar().getAttribute('aria-valuemin')).toBe('0');
    expect(bar().getAttribute('aria-valuemax')).toBe('100');
    expect((bar().firstElementChild as HTMLElement).style.width).toBe(`${percent}%`);
  });

  it.each([
    [null, null],
    [0, null],
    [0, 0]
  ])('has no value where %s of %s is done', (done, total) => {
    render(<Running {...running({ done, total })} />);
    expect(bar().hasAttribute('aria-valuenow')).toBe(false);
    expect(bar().className).toContain('jp-mod-indeterminate');
  });
});

describe('the log of what goes on', () => {
  const log = [
    event(0, { code: 'submitted' }),
    event(1, { code: 'started' }),
    event(2, { phase: 'solve' }),
    event(3, { phase: 'download', done: 1, total: 2, unit: 'packages' }),
    event(4, { phase: 'download', done: 2, total: 2, unit: 'packages' }),
    event(5, { code: 'package_added', params: { name: 'pip' } }),
    event(6, { phase: 'download', done: 2, total: 2, unit: 'packages' })
  ];
  const lines = (): string[] =>
    within(screen.getByRole('list', { name: 'Log' }))
      .getAllByRole('listitem')
      .map(line => line.lastChild?.textContent ?? '');

  it('is asked for when it is opened, and not before', async () => {
    const props = running({}, log);
    render(<Running {...props} />);
    expect(screen.queryByRole('list', { name: 'Log' })).toBeNull();
    expect(props.actions.showLog).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    expect(props.actions.showLog).toHaveBeenCalledWith(props.operation);
    expect(props.actions.showLog).toHaveBeenCalledTimes(1);
  });

  it('has one line for the progress of a phase, and one for all else', async () => {
    render(<Running {...running({}, log)} />);
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    expect(lines()).toEqual([
      'Started',
      'Solving',
      'Downloading: 2 of 2 packages',
      'pip was added: the file does not ask for it, and it is needed',
      'Downloading: 2 of 2 packages'
    ]);
  });

  it('is asked for again with each event, while it is open', async () => {
    const props = running({}, log);
    const { rerender } = render(<Running {...props} />);
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    const next = operation({ events: 4 });
    rerender(<Running {...props} operation={next} />);
    expect(props.actions.showLog).toHaveBeenLastCalledWith(next);
    rerender(<Running {...props} operation={next} log={[...log, event(7)]} />);
    expect(props.actions.showLog).toHaveBeenCalledTimes(2);
    await user.click(screen.getByRole('button', { name: 'Hide log' }));
    rerender(<Running {...props} operation={operation({ events: 5 })} />);
    expect(props.actions.showLog).toHaveBeenCalledTimes(2);
    expect(screen.queryByRole('list', { name: 'Log' })).toBeNull();
  });

  it('stays at its end, and moves nothing else', async () => {
    const height = jest.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(500);
    const props = running({}, log);
    const { rerender } = render(<Running {...props} />);
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    const list = screen.getByRole('list', { name: 'Log' });
    expect(list.scrollTop).toBe(500);
    height.mockReturnValue(700);
    rerender(<Running {...props} log={[...log, event(7)]} />);
    expect(list.scrollTop).toBe(700);
    height.mockRestore();
  });

  it('can be reached by the keyboard', async () => {
    render(<Running {...running({}, log)} />);
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    await user.tab();
    expect(document.activeElement).toBe(screen.getByRole('list', { name: 'Log' }));
  });
});
