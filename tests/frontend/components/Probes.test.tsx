import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { EnvironmentRow } from '../../../src/components/EnvironmentRow';
import { moment } from '../../../src/texts';
import type { Environment, Package, Probe } from '../../../src/types';
import { condaPackage, environment, NOW, probe, probed } from '../support/records';
import { more, rowProps, renderMarked, untranslated } from '../support/render';
import { choice } from '../support/stacks';

const user = userEvent.setup();

function show(
  found: Environment,
  packages: readonly Package[] | null = null,
  change: Partial<Parameters<typeof rowProps>[0]> = {}
): ReturnType<typeof rowProps> {
  const props = rowProps({ environment: found, more: more({ packages }), ...change });
  render(<EnvironmentRow {...props} />);
  return props;
}

/** What the badge says; null where there is none. */
const badge = (): string | null =>
  screen.getByRole('listitem').querySelector('.jp-Envs-probeBadge')?.textContent ?? null;

describe('the badge', () => {
  it('says that the GPU works only where it has computed here', () => {
    show(probed(probe()));
    expect(badge()).toBe('GPU works here');
  });

  it.each<[Partial<Probe>, string]>([
    [{ here: false }, 'CUDA build; worked on another machine, not tried here'],
    [{ state: 'cpu_only_build' }, 'CPU build'],
    [{ state: 'gpu_hidden' }, 'torch sees no GPU'],
    [{ state: 'gpu_hidden', here: false }, 'torch saw no GPU on another machine'],
    [{ state: 'gpu_broken' }, 'torch fails on the GPU'],
    [{ state: 'gpu_broken', here: false }, 'torch failed on the GPU of another machine'],
    [{ state: 'missing' }, 'torch is missing'],
    [{ state: 'timeout' }, 'torch gave no answer in time'],
    [{ state: 'crashed' }, 'torch crashed']
  ])('of %j says "%s"', (change, text) => {
    show(probed(probe(change)));
    expect(badge()).toBe(text);
  });

  it.each([
    ['cuda', 'CUDA build, not tried'],
    ['cpu', 'CPU build'],
    [null, null]
  ] as const)('goes by what was installed where nothing was tried: %s', (accelerator, text) => {
    show(environment({ accelerator }));
    expect(badge()).toBe(text);
  });

  it('says nothing of a machine that an environment was only made on', () => {
    show(environment({ target: choice() }));
    expect(badge()).toBeNull();
  });

  it('says what was asked for', () => {
    show(environment({ target: choice({ gpu_required: true }) }));
    expect(badge()).toBe('made for CUDA 12, not tried');
  });

  it('unfolds the row', async () => {
    const props = show(probed(probe()));
    await user.click(screen.getByRole('button', { name: 'GPU works here' }));
    expect(props.onToggle).toHaveBeenCalledTimes(1);
  });
});

describe('the details', () => {
  const torch = [condaPackage('pytorch')];

  it('say what each framework has shown, and where', () => {
    const jax = probe({
      framework: 'jax',
      state: 'gpu_hidden',
      code: 'of_tomorrow',
      message: 'jax sees no GPU',
      here: false,
      cpu_ok: true
    });
    show(probed(probe(), jax), null, { isOpen: true });
    const list = screen.getByRole('list', { name: 'What was tried' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map(one => one.textContent)
    ).toEqual([
      `torch 2.13.0 computes on NVIDIA H100here, ${moment(NOW)}`,
      `jax sees no GPUon another machine, ${moment(NOW)} · it computes rightly on the CPU`
    ]);
  });

  it.each([
    [true, 'Probe the GPU'],
    [false, 'Probe']
  ])('try them on request (a GPU: %s)', async (gpus, name) => {
    const { actions, environment: found } = show(environment(), null, {
      isOpen: true,
      more: more({ packages: torch, gpus })
    });
    expect(screen.getByText('Nothing of it was tried yet.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name }));
    expect(actions.probe).toHaveBeenCalledWith(found);
  });

  it('lead to the doctor', async () => {
    const { actions, environment: found } = show(environment(), torch, { isOpen: true });
    await user.click(screen.getByRole('button', { name: 'Doctor' }));
    expect(actions.openDoctor).toHaveBeenCalledWith(found);
  });

  it('say why it is this CUDA', () => {
    show(environment({ target: choice() }), torch, { isOpen: true });
    expect(screen.getByRole('listitem').textContent).toContain(
      'CUDA 12 and not 13: GPU 0 (GTX 1080) has compute capability 6.1'
    );
  });

  it('offer nothing to try where there is nothing', () => {
    show(environment(), [condaPackage('numpy')], { isOpen: true });
    expect(screen.queryByRole('button', { name: 'Probe' })).toBeNull();
  });

  it('are translated', () => {
    const { container } = renderMarked(
      <EnvironmentRow
        {...rowProps({
          environment: probed(probe({ cpu_ok: true }), probe({ framework: 'jax', here: false })),
          isOpen: true
        })}
      />
    );
    const section = container.querySelector('.jp-Envs-probes') as HTMLElement;
    const data = ['torch 2.13.0 computes on NVIDIA H100', moment(NOW)];
    expect(untranslated(section, data)).toEqual([]);
  });
});
