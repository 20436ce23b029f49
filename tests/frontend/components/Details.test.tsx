import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Details } from '../../../src/components/Details';
import { moment } from '../../../src/texts';
import {
  condaPackage,
  environment,
  environmentStorage,
  foreign,
  generation
} from '../support/records';
import { askedOf, more, spies } from '../support/render';

type Props = React.ComponentProps<typeof Details>;

const user = userEvent.setup();

const science = environment();

function show(change: Partial<Props> = {}): Props & { asked: () => string[] } {
  const actions = spies();
  const props = {
    environment: science,
    more: more({ generations: [generation(1, { current: true })], packages: [] }),
    file: 'work/environment.yml',
    formats: ['yaml', 'lock'],
    actions,
    locked: false,
    ...change
  };
  render(<Details {...props} />);
  return { ...props, asked: () => askedOf(actions) };
}

describe('the details', () => {
  it.each([
    ['Notebook', 'openNotebook'],
    ['Console', 'openConsole'],
    ['Terminal here', 'openTerminal'],
    ['work/environment.yml', 'openSource'],
    ['Update from file', 'update'],
    ['Clone…', 'clone'],
    ['Archive…', 'archive'],
    ['Remove…', 'remove']
  ] as const)('have a button "%s"', async (name, action) => {
    const { actions, asked } = show();
    await user.click(screen.getByRole('button', { name }));
    expect(asked()).toEqual([action]);
    expect(actions[action]).toHaveBeenCalledWith(science);
  });

  it('name the packages that no hash verifies, and their commits', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const found = {
      name: 'tool',
      version: '1.0',
      repository: 'https://example.org/tool.git',
      commit,
      revision: 'main',
      subdirectory: ''
    };
    show({ environment: environment({ unhashed: [found] }) });
    const summary = screen.getByText('1 package is pinned to a commit and has no hash');
    const section = summary.closest('details') as HTMLElement;
    expect(section.textContent).toContain('tool 1.0: 0123456789ab (main)');
    expect(section.querySelector('code')?.title).toBe(commit);
  });

  it('offer no notebook where there is no kernel', () => {
    show({ environment: environment({ kernel: null, kernels: [] }) });
    expect(screen.queryByRole('button', { name: 'Notebook' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Console' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Terminal here' })).toBeTruthy();
  });

  it('allow no change while something goes on, and use all the same', () => {
    show({ locked: true });
    const disabled = screen
      .getAllByRole<HTMLButtonElement>('button')
      .filter(button => button.disabled)
      .map(button => button.textContent);
    expect(disabled).toEqual(['Update from file', 'Clone…', 'Archive…', 'Remove…']);
  });

  it('name a file that cannot be opened here', () => {
    show({ file: null });
    expect(screen.getByText('/home/ada/work/environment.yml').closest('button')).toBeNull();
  });

  it('name no file where there is none', () => {
    show({ file: null, environment: environment({ source: null }) });
    expect(screen.queryByText('File')).toBeNull();
  });

  it('tell where it is', () => {
    show();
    expect(screen.getByText('Path').nextElementSibling?.textContent).toBe(science.path);
    expect(screen.getByText('Lock').nextElementSibling?.textContent).toBe('0123456789ab');
  });
});

describe('the disk space', () => {
  const disk = environmentStorage();

  it('is told with when it was last used', () => {
    show({ more: more({ disk }) });
    expect(screen.getByText('Removing it frees 98 MB')).toBeTruthy();
    expect(screen.getByText('Used').nextElementSibling?.textContent).toBe(
      moment(disk.last_used ?? '')
    );
  });

  it('is told of what is used now', () => {
    show({ more: more({ disk }), environment: environment({ processes: 1 }) });
    expect(screen.getByText('Used').nextElementSibling?.textContent).toBe('now');
  });

  it('is not told before it is known', () => {
    show();
    expect(screen.queryByText('Disk')).toBeNull();
  });
});

describe('kernels of earlier generations', () => {
  const third = environment({ generation: 3 });

  it.each([
    [1, '1 kernel still runs from an earlier generation.'],
    [2, '2 kernels still run from earlier generations.']
  ])('can be started anew: %s', async (oldKernels, text) => {
    const { actions } = show({
      environment: third,
      more: more({ generations: [], packages: [], oldKernels })
    });
    expect(screen.getByText(text)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Restart on generation 3' }));
    expect(actions.moveKernels).toHaveBeenCalledWith(third);
  });

  it('are not spoken of where there are none', () => {
    show();
    expect(screen.queryByRole('button', { name: /Restart/ })).toBeNull();
  });
});

describe('what comes later', () => {
  it('is waited for', () => {
    show({ more: more() });
    expect(screen.getAllByText('Loading…')).toHaveLength(2);
    expect(screen.queryByRole('list', { name: 'Generations' })).toBeNull();
  });

  it('are generations and packages', async () => {
    const packages = [condaPackage('numpy')];
    show({ more: more({ generations: [generation(1)], packages }) });
    expect(screen.getByRole('list', { name: 'Generations' })).toBeTruthy();
    await user.click(screen.getByText('Packages', { selector: 'summary' }));
    expect(screen.getByRole('row', { name: /^numpy/ })).toBeTruthy();
  });
});

describe('the details of what another tool made', () => {
  it('offer to adopt it, and nothing else', () => {
    show({ environment: foreign('old') });
    expect(
      screen.getByText(/Another tool made it, in \/home\/ada\/.conda\/envs\/old/)
    ).toBeTruthy();
    expect(screen.getAllByRole('button').map(one => one.textContent)).toEqual(['Adopt…']);
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});
