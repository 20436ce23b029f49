import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Generations } from '../../../src/components/Generations';
import { environment, generation } from '../support/records';
import { spies } from '../support/render';

const user = userEvent.setup();

const second = environment({ generation: 2 });

function show(busy = false): React.ComponentProps<typeof Generations> {
  const props = {
    environment: second,
    generations: [
      generation(1, { in_use: true }),
      generation(2, { current: true }),
      generation(3, { packages: 1 })
    ],
    actions: spies(),
    busy
  };
  render(<Generations {...props} />);
  return props;
}

const lines = (): HTMLElement[] =>
  within(screen.getByRole('list', { name: 'Generations' })).getAllByRole('listitem');

describe('the generations', () => {
  it('are told newest first', () => {
    show();
    expect(lines().map(line => line.textContent.slice(0, 1))).toEqual(['3', '2', '1']);
    expect(lines()[0]?.textContent).toContain('1 package');
    expect(lines()[2]?.textContent).toMatch(/61 packages.*in use/);
    expect(lines()[1]?.textContent).not.toContain('in use');
  });

  it('tell which is current, and offer nothing for it', () => {
    show();
    const current = lines().filter(line => line.getAttribute('aria-current') === 'true');
    expect(current).toEqual([lines()[1]]);
    expect(current[0]?.textContent).toContain('current');
    expect(within(current[0] as HTMLElement).queryByRole('button')).toBeNull();
  });

  it('lead back and forth', async () => {
    const { actions } = show();
    await user.click(within(lines()[2] as HTMLElement).getByRole('button', { name: 'Roll back' }));
    expect(actions.rollback).toHaveBeenCalledWith(second, 1);
    await user.click(
      within(lines()[0] as HTMLElement).getByRole('button', { name: 'Make current' })
    );
    expect(actions.rollback).toHaveBeenLastCalledWith(second, 3);
  });

  it('say in each button which generation it is about', () => {
    show();
    const about = { name: 'Roll back', description: 'Make generation 1 current' };
    expect(screen.getByRole('button', about)).toBeTruthy();
  });

  it('stay while something goes on', async () => {
    const { actions } = show(true);
    for (const button of screen.getAllByRole<HTMLButtonElement>('button')) {
      expect(button.disabled).toBe(true);
      await user.click(button);
    }
    expect(actions.rollback).not.toHaveBeenCalled();
  });
});
