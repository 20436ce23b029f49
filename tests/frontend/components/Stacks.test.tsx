import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Stacks } from '../../../src/components/Stacks';
import type { Stack } from '../../../src/types';
import { diagnostic, problem } from '../support/records';
import { renderMarked, untranslated } from '../support/render';
import {
  choice,
  cpuChoice,
  cpuTarget,
  NEEDS_GPU,
  stack,
  stackTarget,
  stacks
} from '../support/stacks';

const user = userEvent.setup();

/** What a stack calls itself: nothing that we translate. */
const named = (title: string): string => title;

type Props = Parameters<typeof Stacks>[0];

function props(change: Partial<Props> = {}): Props {
  return {
    found: stacks(),
    error: null,
    locked: false,
    onCreate: jest.fn(),
    onWrite: jest.fn(),
    ...change
  };
}

function show(change: Partial<Props> = {}): Props {
  const given = props(change);
  render(<Stacks {...given} />);
  return given;
}

const RAPIDS = stack({
  id: 'rapids',
  title: named('RAPIDS'),
  maturity: 'solved-only',
  target: null,
  targets: [stackTarget({ fits: false, reasons: [NEEDS_GPU] })]
});

const BROKEN = stack({
  id: 'broken',
  title: named('broken'),
  origin: 'user',
  file: '/home/ada/stacks/broken.yml',
  target: null,
  targets: [],
  problem: problem({
    code: 'stack_invalid',
    message: 'The stack broken.yml cannot be used: no such thing',
    params: { file: '/home/ada/stacks/broken.yml', stack: 'broken.yml', reason: 'no such thing' },
    hint: 'Correct its file.',
    details: [diagnostic()]
  })
});

const card = (title: string): HTMLElement => {
  const found = screen.getByRole('heading', { level: 3, name: title }).closest('li');
  if (!found) {
    throw new Error(`no card ${title}`);
  }
  return found;
};

describe('a card', () => {
  it('says what the stack is for, how big it is and how far it was tried', () => {
    show();
    expect(card('PyTorch').textContent).toContain('Deep learning with PyTorch.');
    const list = within(card('PyTorch')).getByRole('list', { name: 'What it is for' });
    expect(list.textContent).toBe('Train and run neural networks');
    expect(card('PyTorch').textContent).toContain('about 8.0 GB · made and run in our tests');
  });

  it('says what it would be made for, and why', () => {
    show();
    expect(card('PyTorch').textContent).toContain('For the GPU: CUDA 12');
    expect(card('PyTorch').textContent).toContain(
      'CUDA 12 and not 13: GPU 0 (GTX 1080) has compute capability 6.1'
    );
  });

  it('says why it is the CPU', () => {
    const onCpu = stack({
      target: 'cpu',
      targets: [stackTarget({ fits: false, reasons: [NEEDS_GPU] }), cpuTarget()]
    });
    show({ found: { stacks: [onCpu], choice: cpuChoice() } });
    expect(card('PyTorch').textContent).toContain(
      'For the CPUNot for the GPU here. It needs an NVIDIA GPU.'
    );
    expect(card('PyTorch').textContent).toContain('about 3.0 GB');
  });

  it('of a stack that does not fit says why, and cannot be chosen', () => {
    show({ found: { stacks: [RAPIDS], choice: cpuChoice() } });
    expect(card('RAPIDS').textContent).toContain(
      'Does not fit this machineIt needs an NVIDIA GPU.'
    );
    expect(card('RAPIDS').textContent).toContain('solved in our tests, not run');
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Create RAPIDS…' });
    expect(button.disabled).toBe(true);
  });

  it('of a broken one says what is wrong with it, and hides no other', () => {
    show({ found: { stacks: [BROKEN, stack()], choice: choice() } });
    expect(card('broken').textContent).toContain(
      'The stack /home/ada/stacks/broken.yml cannot be used: no such'
    );
    expect(card('broken').textContent).toContain('Correct its file.');
    expect(within(card('broken')).getByRole('list', { name: 'Findings' })).toBeTruthy();
    expect(within(card('broken')).queryByRole('button')).toBeNull();
    expect(screen.getByRole('button', { name: 'Create PyTorch…' })).toBeTruthy();
  });

  it('is chosen by its button', async () => {
    const given = show();
    await user.click(screen.getByRole('button', { name: 'Create PyTorch…' }));
    expect(given.onCreate).toHaveBeenCalledWith(stack());
  });

  it('is reached by the keyboard', async () => {
    const given = show();
    await user.tab();
    await user.keyboard('{Enter}');
    expect(given.onCreate).toHaveBeenCalledTimes(1);
  });

  it('of an icon that nobody knows has one all the same', () => {
    show({ found: { stacks: [stack({ icon: 'unicorn' })], choice: choice() } });
    expect(card('PyTorch').querySelector('path')?.getAttribute('d')).toMatch(/^M12 3/);
  });
});

describe('the page', () => {
  it('has those first that can be made', () => {
    show({ found: { stacks: [BROKEN, RAPIDS, stack()], choice: cpuChoice() } });
    const titles = screen.getAllByRole('heading', { level: 3 }).map(one => one.textContent);
    expect(titles).toEqual(['PyTorch', 'RAPIDS', 'broken']);
  });

  it('loads, and says why there is nothing', () => {
    show({ found: null });
    expect(screen.getByText('Loading…')).toBeTruthy();
    show({ found: null, error: 'The server does not answer.' });
    expect(screen.getByRole('alert').textContent).toBe('The server does not answer.');
  });

  it('lets nothing be made where nothing can be written', () => {
    show({ locked: true });
    const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Create PyTorch…' });
    expect(button.disabled).toBe(true);
  });

  it('leads to a file of one’s own', async () => {
    const given = show();
    await user.click(screen.getByRole('button', { name: /^Write an environment.yml/ }));
    expect(given.onWrite).toHaveBeenCalledTimes(1);
  });

  it('is translated', () => {
    const origins: Stack[] = (['package', 'site', 'user', 'url'] as const).map(origin =>
      stack({ id: origin, origin })
    );
    const found = { stacks: [stack(), RAPIDS, BROKEN, ...origins], choice: choice() };
    const { container } = renderMarked(<Stacks {...props({ found })} />);
    const data = [
      'PyTorch',
      'RAPIDS',
      'broken',
      'Deep learning with ',
      'Train and run neural networks',
      'GB',
      '/home/ada/stacks/',
      '.yml',
      'Correct its file.',
      'no such thing'
    ];
    expect(untranslated(container, data)).toEqual([]);
  });
});
