import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Details } from '../../../src/components/Details';
import { EnvironmentRow } from '../../../src/components/EnvironmentRow';
import { environment, generation } from '../support/records';
import { more, rowProps, spies } from '../support/render';

const user = userEvent.setup();

const hurt = environment({ broken: true, generation: 2, packages: null, size: null, drift: null });

function show(locked = false): ReturnType<typeof spies> {
  const actions = spies();
  render(
    <Details
      environment={hurt}
      more={more({
        generations: [generation(1, { current: false }), generation(2, { current: true })],
        packages: []
      })}
      file={null}
      formats={['yaml']}
      actions={actions}
      locked={locked}
    />
  );
  return actions;
}

const names = (): (string | null)[] => screen.getAllByRole('button').map(one => one.textContent);

describe('an environment that a hand has damaged', () => {
  it('looks so', () => {
    render(<EnvironmentRow {...rowProps({ environment: hurt })} />);
    const row = screen.getByRole('listitem');
    expect(row.dataset.state).toBe('broken');
    expect(row.textContent).toContain('damaged');
  });

  it('has only the ways back', () => {
    show();
    expect(names()).toEqual(['Repair', 'History', 'Roll back', 'Remove…']);
  });

  it.each([
    ['Repair', 'restore', [hurt]],
    ['History', 'openHistory', [hurt]],
    ['Roll back', 'rollback', [hurt, 1]],
    ['Remove…', 'remove', [hurt]]
  ] as const)('has a button "%s"', async (name, action, given) => {
    const actions = show();
    await user.click(screen.getByRole('button', { name }));
    expect(actions[action].mock.calls).toEqual([given]);
  });

  it('stays where nothing can be changed', () => {
    show(true);
    const disabled = screen
      .getAllByRole<HTMLButtonElement>('button')
      .filter(one => one.disabled)
      .map(one => one.textContent);
    expect(disabled).toEqual(['Repair', 'Roll back', 'Remove…']);
  });
});
