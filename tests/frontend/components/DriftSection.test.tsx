import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { DriftSection } from '../../../src/components/DriftSection';
import { moment } from '../../../src/texts';
import { drift, drifted, driftReport, environment, NOW, verdict } from '../support/records';
import { spies } from '../support/render';

type Props = React.ComponentProps<typeof DriftSection>;

const user = userEvent.setup();

function show(change: Partial<Props> = {}): Props & { actions: ReturnType<typeof spies> } {
  const found = change.environment ?? drifted();
  const props = {
    environment: found,
    drift: found.drift ?? drift(),
    report: driftReport(),
    checking: false,
    locked: false,
    ...change,
    actions: spies()
  };
  render(<DriftSection {...props} />);
  return props;
}

const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name });
const changes = (): HTMLElement => screen.getByRole('list', { name: 'Changes' });

describe('what was changed', () => {
  it('is told in sentences, with when it was seen', () => {
    const more = verdict({
      code: 'editable',
      params: { package: 'mine', after: '1.0', origin: '/home/ada/mine' }
    });
    show({ report: driftReport({ verdicts: [verdict(), more] }) });
    const texts = [...changes().children].map(one => one.textContent);
    expect(texts).toEqual([
      'pip replaced the conda package tqdm 4.66.1 by 4.70.1; conda does not know',
      'mine 1.0 is an editable install from /home/ada/mine'
    ]);
    expect(screen.getByText(`Packages compared with the lock: ${moment(NOW)}`)).toBeTruthy();
  });

  it('is told as the server does where we do not know it', () => {
    const other = verdict({ code: 'melted', message: 'tqdm has melted' });
    show({ report: driftReport({ verdicts: [other] }) });
    expect(changes().textContent).toBe('tqdm has melted');
  });

  it('names the files', async () => {
    const files = Array.from({ length: 100 }, (_, index) => `lib/${index}.py`);
    show({
      report: driftReport({
        verdicts: [
          verdict({ code: 'file_edited', count: 120, files, params: { file: 'lib/0.py' } }),
          verdict({ code: 'unowned_files', count: 1, files: ['x.pth'], params: { file: 'x.pth' } })
        ]
      })
    });
    await user.click(screen.getByText('120 files'));
    expect(screen.getByText('lib/99.py')).toBeTruthy();
    expect(screen.getByText('and 20 more')).toBeTruthy();
    expect(screen.queryByText('1 file')).toBeNull();
  });

  it('tells which of it somebody lives with', () => {
    show({ report: driftReport({ verdicts: [verdict(), verdict({ kept: true })] }) });
    const [first, second] = within(changes()).getAllByRole('listitem');
    expect(first?.textContent).not.toContain('kept');
    expect(second?.textContent).toContain('kept');
  });

  it('is waited for', () => {
    show({ report: null });
    expect(screen.getByText('Loading…')).toBeTruthy();
  });
});

describe('the ways out', () => {
  it.each([
    ['Adopt…', 'adopt'],
    ['Restore…', 'restore'],
    ['Keep as is…', 'keep'],
    ['Check every file', 'checkFiles']
  ] as const)('have a button "%s"', async (name, action) => {
    const { actions, environment: shown } = show();
    await user.click(button(name));
    expect(actions[action].mock.calls).toEqual([[shown]]);
  });

  it('are closed where nothing can be changed, and looking is not', () => {
    show({ locked: true });
    const all = screen.getAllByRole<HTMLButtonElement>('button');
    expect(all.filter(one => !one.disabled)).toEqual([button('Check every file')]);
  });

  it('leave out what cannot be', () => {
    const report = driftReport();
    show({ report: { ...report, adopt: { ...report.adopt, possible: false } } });
    expect(button('Adopt…').disabled).toBe(true);
    expect(button('Adopt…').title).toMatch(/^None of this can be written/);
    expect(button('Restore…').disabled).toBe(false);
  });

  it('are left open where it is kept', () => {
    show({ environment: drifted({ drift: drift({ state: 'kept', count: 1 }) }) });
    expect(screen.queryByRole('button', { name: 'Keep as is…' })).toBeNull();
    expect(button('Restore…').disabled).toBe(false);
  });
});

describe('a look at every file', () => {
  it('is told of while it goes on', () => {
    show({ checking: true });
    expect(button('Checking every file…').disabled).toBe(true);
  });

  it('is told of afterwards', () => {
    show({ drift: drift({ state: 'drifted', count: 1, level: 'content' }) });
    expect(screen.getByText(`Every file compared with the lock: ${moment(NOW)}`)).toBeTruthy();
  });
});

describe('an environment in which nothing was changed', () => {
  it('says so, and can be looked at more closely', async () => {
    const science = environment();
    const { actions } = show({ environment: science, report: null });
    expect(screen.getByText('none')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Restore…' })).toBeNull();
    await user.click(screen.getByText('Changes'));
    await user.click(button('Check every file'));
    expect(actions.checkFiles).toHaveBeenCalledWith(science);
  });

  it('is not said of one of which it is not known', () => {
    const told = drift({ state: 'unknown', checked_at: null, level: null });
    show({ environment: environment({ drift: told }), report: null });
    expect(screen.getByText('not known')).toBeTruthy();
    expect(screen.getByText(/^It cannot be told/)).toBeTruthy();
  });
});
