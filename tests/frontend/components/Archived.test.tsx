import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Details } from '../../../src/components/Details';
import { EnvironmentRow } from '../../../src/components/EnvironmentRow';
import { archived, condaPackage, drift } from '../support/records';
import { more, rowProps, spies } from '../support/render';

const user = userEvent.setup();

const old = archived({ behind: true, drift: drift({ state: 'drifted', count: 1 }) });

function show(locked = false): ReturnType<typeof spies> {
  const actions = spies();
  render(
    <Details
      environment={old}
      more={more({ generations: [], packages: [condaPackage('numpy')] })}
      file="work/environment.yml"
      formats={['yaml', 'lock']}
      actions={actions}
      locked={locked}
    />
  );
  return actions;
}

const names = (): (string | null)[] => screen.getAllByRole('button').map(one => one.textContent);

describe('an archived environment', () => {
  it('looks so, and offers no update', () => {
    render(<EnvironmentRow {...rowProps({ environment: old })} />);
    const row = screen.getByRole('listitem');
    expect(row.dataset.state).toBe('archived');
    expect(row.textContent).toBe('sciencearchivedpython · 64 packages');
    expect(names()).toEqual(['sciencearchived']);
  });

  it('has only what makes sense', () => {
    show();
    expect(names()).toEqual(['Recreate', 'History', 'work/environment.yml', '', 'Remove…']);
    expect(screen.getByRole('row', { name: /^numpy/ })).toBeTruthy();
    expect(screen.queryByText('Generations')).toBeNull();
  });

  it.each([
    ['Recreate', 'recreate'],
    ['History', 'openHistory'],
    ['Remove…', 'remove']
  ] as const)('has a button "%s"', async (name, action) => {
    const actions = show();
    await user.click(screen.getByRole('button', { name }));
    expect(actions[action].mock.calls).toEqual([[old]]);
  });

  it('stays where nothing can be changed', () => {
    show(true);
    const disabled = screen
      .getAllByRole<HTMLButtonElement>('button')
      .filter(one => one.disabled)
      .map(one => one.textContent);
    expect(disabled).toEqual(['Recreate', 'Remove…']);
  });
});
