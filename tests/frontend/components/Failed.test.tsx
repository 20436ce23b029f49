import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Failed } from '../../../src/components/Failed';
import type { Operation, OperationEvent } from '../../../src/types';
import { diagnostic, event, operation, problem } from '../support/records';
import { spies } from '../support/render';

const user = userEvent.setup();

function show(
  change: Partial<Operation> = {},
  log: OperationEvent[] = [],
  locked = false
): React.ComponentProps<typeof Failed> {
  const failed = operation({ state: 'failed', phase: 'ended', error: problem(), ...change });
  const props = { operation: failed, log, actions: spies(), locked };
  render(<Failed {...props} />);
  return props;
}

describe('what went wrong', () => {
  it('is told with what to do, at once', () => {
    show({ verb: 'update' });
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('Not updated');
    expect(alert.textContent).toContain('There is not enough disk space in /home/ada');
    expect(alert.textContent).toContain('free some space');
  });

  it('can be taken off', async () => {
    const { actions, operation: failed } = show();
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(actions.dismiss).toHaveBeenCalledWith(failed);
  });

  it('can be resumed where something is left', async () => {
    const { actions, operation: failed } = show({ state: 'interrupted', resumable: true });
    expect(screen.getByRole('alert').textContent).toContain('Interrupted');
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(actions.resume).toHaveBeenCalledWith(failed);
  });

  it('cannot be resumed where nothing is left', () => {
    show({ state: 'interrupted', resumable: false });
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
  });

  it('cannot be resumed where nothing can be written', () => {
    show({ state: 'interrupted', resumable: true }, [], true);
    const resume = screen.getByRole<HTMLButtonElement>('button', { name: 'Resume' });
    expect(resume.disabled).toBe(true);
  });

  it('needs no error', () => {
    show({ error: null });
    expect(screen.getByRole('alert').textContent).toContain('Not created');
  });
});

describe('the log of what went wrong', () => {
  it('is asked for when it is opened', async () => {
    const log = [event(1, { code: 'started' })];
    const { actions, operation: failed } = show({}, log);
    expect(actions.showLog).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Show log' }));
    expect(actions.showLog).toHaveBeenCalledWith(failed);
    expect(screen.getByRole('list', { name: 'Log' }).textContent).toContain('Started');
    await user.click(screen.getByRole('button', { name: 'Hide log' }));
    expect(screen.queryByRole('list', { name: 'Log' })).toBeNull();
    expect(actions.showLog).toHaveBeenCalledTimes(1);
  });
});

describe('what belongs to it', () => {
  it('can be unfolded', async () => {
    const details = { lines: ['numpy<1', 'numpy>2'] };
    show({
      error: problem({ code: 'unsatisfiable', message: 'They exclude each other', details })
    });
    const text = screen.getByText(/numpy<1/);
    expect(text.closest('details')?.open).toBe(false);
    await user.click(screen.getByText('Details'));
    expect(text.closest('details')?.open).toBe(true);
    expect(text.textContent).toBe('numpy<1\nnumpy>2');
  });

  it('is not offered where there is nothing', () => {
    show();
    expect(screen.queryByText('Details')).toBeNull();
    expect(screen.queryByRole('list', { name: 'Findings' })).toBeNull();
  });

  it('are the findings where it is about a file', () => {
    const details = [diagnostic(), diagnostic({ severity: 'error', code: 'key_not_text' })];
    show({ error: problem({ code: 'spec_invalid', params: { file: 'a.yml' }, details }) });
    const findings = within(screen.getByRole('list', { name: 'Findings' }));
    expect(findings.getAllByRole('listitem')).toHaveLength(2);
  });
});
