import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { History, type HistoryProps } from '../../../src/components/History';
import { days } from '../../../src/model';
import { difference, pastEvent, started } from '../support/past';
import { problem } from '../support/records';
import { renderMarked, untranslated } from '../support/render';

const user = userEvent.setup();

const EVENTS = [
  pastEvent({ time: '2026-11-16T10:00:00+01:00' }),
  pastEvent({
    time: '2026-11-17T10:00:00+01:00',
    action: 'environment_updated',
    generation: 2
  }),
  started({ time: '2026-11-17T11:00:00+01:00', generation: 2 }),
  started({ time: '2026-11-17T12:00:00+01:00', generation: 2, drift: 'drifted' })
];

const CHOICES = [
  { number: 2, created: '2026-11-17T10:00:00+01:00', current: true },
  { number: 1, created: '2026-11-16T10:00:00+01:00', current: false }
];

function props(change: Partial<HistoryProps> = {}): HistoryProps {
  return {
    name: 'science',
    exists: true,
    days: days(EVENTS),
    cut: null,
    choices: CHOICES,
    a: 1,
    b: 2,
    difference: difference(),
    error: null,
    refusal: null,
    onCompare: jest.fn(),
    onAudit: jest.fn(),
    ...change
  };
}

describe('what happened', () => {
  it('is told day by day, starts of kernels in one line', () => {
    render(<History {...props()} />);
    const [second, first] = screen.getAllByRole('list').map(list => list.textContent);
    expect(second).toContain('Updated: generation 2by ada · lock 0123456789ab');
    expect(second).toContain('2 kernels were started · generation 2 · drifted');
    expect(second).toContain('work/model.ipynb');
    expect(first).toContain('Made: generation 1');
    expect(screen.getByText(/17 November 2026|November 17, 2026/)).toBeTruthy();
  });

  it('leads to what an update changed, and to what ran', async () => {
    const given = props();
    render(<History {...given} />);
    await user.click(screen.getByRole('button', { name: 'What changed from generation 1' }));
    expect(given.onCompare).toHaveBeenCalledWith(1, 2);
    await user.click(screen.getByRole('button', { name: 'What ran then' }));
    expect(given.onAudit).toHaveBeenCalledWith(
      expect.objectContaining({ count: 2, time: '2026-11-17T12:00:00+01:00' })
    );
  });

  it('is waited for', () => {
    const { container } = render(<History {...props({ days: null })} />);
    expect(screen.getByText('Loading…')).toBeTruthy();
    expect(container.firstElementChild?.getAttribute('aria-busy')).toBe('true');
  });

  it('may be nothing', () => {
    render(<History {...props({ days: [], choices: [], a: null, b: null })} />);
    expect(screen.getByText('Nothing is recorded of it.')).toBeTruthy();
  });

  it('may be of what is gone', () => {
    render(<History {...props({ exists: false })} />);
    expect(screen.getByText(/not here any more/)).toBeTruthy();
  });

  it('says that there may be more', () => {
    render(<History {...props({ cut: 2000 })} />);
    expect(screen.getByText(/the newest 2000 lines/)).toBeTruthy();
  });

  it.each([
    ['The server does not answer.', 'The server does not answer.'],
    [problem(), 'There is not enough disk space']
  ])('may not be told: %j', (error, text) => {
    render(<History {...props({ days: null, error })} />);
    expect(screen.getByRole('alert').textContent).toContain(text);
    expect(screen.queryByText('Loading…')).toBeNull();
  });

  it('is translated', () => {
    const { container } = renderMarked(<History {...props({ cut: 2, exists: false })} />);
    const times = [...container.querySelectorAll('time, option')].flatMap(one => [
      one.textContent,
      one.getAttribute('title') ?? ''
    ]);
    const data = ['work/model.ipynb', ...times.filter(text => text !== '')];
    expect(untranslated(container, data)).toEqual([]);
  });
});

describe('what changed', () => {
  it('is of the two that are chosen', async () => {
    const given = props();
    render(<History {...given} />);
    const section = within(screen.getByRole('region', { name: 'What changed' }));
    const from = section.getByRole<HTMLSelectElement>('combobox', { name: 'From generation' });
    const to = section.getByRole<HTMLSelectElement>('combobox', { name: 'To generation' });
    expect([from.value, to.value]).toEqual(['1', '2']);
    expect(to.selectedOptions[0]?.textContent).toMatch(/^2 · current · .+/);
    await user.selectOptions(to, '1');
    await user.selectOptions(from, '2');
    await user.click(section.getByRole('button', { name: 'Swap' }));
    expect((given.onCompare as jest.Mock).mock.calls).toEqual([
      [1, 1],
      [2, 2],
      [2, 1]
    ]);
    expect(section.getByRole('status').textContent).toBe('The same 60 packages.');
  });

  it('is waited for', () => {
    render(<History {...props({ difference: null })} />);
    expect(screen.getByText('Comparing…')).toBeTruthy();
  });

  it('may not be known', () => {
    render(<History {...props({ difference: null, refusal: problem() })} />);
    expect(screen.getByRole('alert').textContent).toContain('There is not enough disk space');
    expect(screen.queryByText('Comparing…')).toBeNull();
  });

  it('is nothing where there is one generation', () => {
    render(<History {...props({ choices: CHOICES.slice(1), a: null, b: null })} />);
    expect(screen.getByText(/There is one generation/)).toBeTruthy();
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});
