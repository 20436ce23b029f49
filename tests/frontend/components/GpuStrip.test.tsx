import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { GpuStrip, type GpuStripProps } from '../../../src/components/GpuStrip';
import { HARDWARE } from '../../../src/generated/texts';
import type { Hardware } from '../../../src/types';
import { clock } from '../../../src/texts';
import {
  A5000,
  cut,
  device,
  hardware,
  holders,
  host,
  kernelUse,
  processUse,
  shares,
  SLICE,
  withGpus
} from '../support/gpus';
import { renderMarked, spies, untranslated } from '../support/render';

const user = userEvent.setup();

function strip(change: Partial<GpuStripProps> = {}): GpuStripProps {
  return {
    hardware: withGpus(),
    holders: null,
    away: false,
    open: new Set(),
    onToggle: jest.fn(),
    actions: spies(),
    ...change
  };
}

function show(change: Partial<GpuStripProps> = {}): GpuStripProps {
  const props = strip(change);
  render(<GpuStrip {...props} />);
  return props;
}

const region = (): HTMLElement => screen.getByRole('region', { name: 'GPUs and machine' });
const lines = (): HTMLElement[] =>
  within(screen.getByRole('list', { name: 'GPUs' })).getAllByRole('listitem');
const facts = (): Record<string, string> =>
  Object.fromEntries(
    [...region().querySelectorAll('.jp-Envs-gpuList dt')].map(one => [
      one.textContent,
      one.nextElementSibling?.textContent ?? ''
    ])
  );

/** A driver in a state, with the code of its sentence. */
function driver(state: Hardware['state'], code: string, params = {}): Hardware {
  return hardware({ state, note: { code, params, message: 'said in English' } });
}

describe('a line of the strip', () => {
  it('says what the GPU is, how busy it is, and how full', () => {
    show();
    expect(screen.getByRole('button', { name: /^GPU 0/ }).textContent).toBe(
      'GPU 0 NVIDIA RTX A500042% busy · 3.0 of 24.0 GiB'
    );
  });

  it('is one for each slice of a GPU that is cut', () => {
    show({ hardware: withGpus(device(), cut()) });
    expect(lines().map(one => one.textContent)).toEqual([
      expect.stringContaining('GPU 0 NVIDIA RTX A5000'),
      'GPU 1, slice 1 MIG 2g.20gb · NVIDIA H10018.0 of 20.0 GiB'
    ]);
  });

  it('tells whose the memory is, in words too', () => {
    show({ holders: holders({ devices: [shares()] }) });
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
      'Memory by owner. My kernels: 2.0 GiB, My other processes: 0.5 GiB, ' +
        'Other users: 0.3 GiB, Reserved by the driver: 0.5 GiB'
    );
  });

  it('tells how full it is before that is known', () => {
    show();
    expect(screen.getByRole('img', { name: 'Memory in use: 3.0 GiB' })).toBeTruthy();
  });

  it('has no bar where the machine shares its memory', () => {
    show({ hardware: withGpus(device({ memory: null, memory_used: null, unified: true })) });
    expect(screen.queryByRole('img')).toBeNull();
    expect(region().textContent).toContain("the machine's memory");
  });

  it('says why its memory is not told', () => {
    const reasons = { memory_used: 'permission' };
    show({ hardware: withGpus(device({ memory_used: null, reasons })) });
    expect(region().textContent).toContain('24.0 GiB in all; in use: not permitted to this user');
  });

  it('says why nothing of its memory is told', () => {
    const reasons = { memory: 'permission' };
    show({ hardware: withGpus(device({ memory: null, memory_used: null, reasons })) });
    expect(region().textContent).toContain('memory: not permitted to this user');
  });

  it('unfolds', async () => {
    const props = show();
    const button = screen.getByRole('button', { name: /^GPU 0/ });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    await user.click(button);
    expect(props.onToggle).toHaveBeenCalledWith(A5000);
  });
});

describe('an unfolded line', () => {
  const open = new Set([A5000]);

  it('says how the GPU is', () => {
    show({ open });
    expect(facts()).toEqual({
      Busy: '42%',
      Temperature: '55 °C',
      Power: '124 of 230 W',
      Clocks: 'at its power limit',
      Capability: '8.6',
      Driver: '580.95.05, for CUDA up to 13.0'
    });
  });

  it('says why something is not told', () => {
    const reasons = { utilisation: 'needs_time', temperature: 'lost', power: 'not_supported' };
    show({
      open,
      hardware: withGpus(
        device({
          utilisation: null,
          temperature: null,
          power: null,
          throttle: null,
          reasons,
          compute_mode: 'prohibited',
          ecc_errors: 2,
          rows_failed: true
        })
      )
    });
    expect(facts()).toMatchObject({
      Busy: 'it is measured between two readings',
      Temperature: 'the GPU is lost',
      Power: 'this GPU does not report it',
      Mode: 'closed to programs',
      'Memory errors': '2 not corrected',
      Memory: 'it cannot be repaired: tell your administrator'
    });
  });

  it('of a slice says why it cannot tell how busy it is', () => {
    show({ open: new Set([SLICE]), hardware: withGpus(cut()) });
    expect(facts().Busy).toBe('not reported while the GPU is cut into slices (MIG)');
  });

  it('has the numbers of the bar, and what is free', () => {
    show({ open, holders: holders({ devices: [shares()] }) });
    const list = screen.getByRole('list', { name: 'Memory by owner' });
    expect(within(list).getAllByRole('listitem').at(-1)?.textContent).toBe('Free20.5 GiB');
  });

  it('names who holds it: notebook, environment, how that is known', () => {
    show({
      open,
      holders: holders({
        kernels: [
          kernelUse({ confidence: 'inferred' }),
          kernelUse({ kernel_id: 'k2', notebooks: [], environment: null, state: 'busy' }),
          kernelUse({ kernel_id: 'k3', uses: [] })
        ],
        processes: [processUse(), processUse({ pid: 6, notebook: 'old.ipynb' })]
      })
    });
    const list = screen.getByRole('list', { name: 'Who holds its memory' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map(one => one.textContent)
    ).toEqual([
      'project/model.ipynb2.0 GiB · climate, generation 2 · idle' +
        'the only process here that has the GPU openShut down…',
      'conda-env-climate-py2.0 GiB · busy',
      'python (process 5000)0.5 GiB',
      'old.ipynb0.5 GiB · process 6'
    ]);
  });

  it('offers to end an idle kernel only', async () => {
    const idle = kernelUse();
    const busy = kernelUse({ kernel_id: 'k2', state: 'busy' });
    const { actions } = show({ open, holders: holders({ kernels: [idle, busy] }) });
    await user.click(screen.getByRole('button', { name: 'Shut down…' }));
    expect(actions.shutDown).toHaveBeenCalledWith(idle);
  });

  it('says where it can only be known of the whole GPU', () => {
    const known = shares({ confidence: 'device-only' });
    show({ open, holders: holders({ devices: [known] }) });
    expect(region().textContent).toContain('Whose it is: known for the whole GPU only');
  });
});

describe('a state of the driver', () => {
  const faults = Object.keys(HARDWARE).filter(
    code =>
      code.startsWith('driver_') && !['driver_ok', 'driver_waiting', 'driver_gone'].includes(code)
  );

  it.each(faults)('%s has its sentence, and what to do', code => {
    show({ hardware: driver('error', code, { error: '62' }) });
    const note = region().querySelector(`[data-code="${code}"]`);
    expect(note?.textContent).toMatch(/^GPU problem: .{20,}\.( [A-Z].{10,})?$/);
    expect(note?.textContent).not.toContain('said in English');
    expect(note?.closest('[aria-live="polite"]')).not.toBeNull();
  });

  it('is told as the server says it where its code is new', () => {
    show({ hardware: driver('error', 'driver_of_tomorrow') });
    expect(region().textContent).toContain('GPU problem: said in English.');
  });

  it.each([
    ['none', 'no_driver', {}],
    ['none', 'no_gpu', { driver: '580' }]
  ] as const)('%s, %s, is nothing to be told of by itself', (state, code, params) => {
    show({ hardware: driver(state, code, params) });
    expect(region().textContent).toBe(
      '2 CPUs, 12% busy · memory 1.0 of 8.0 GiB · disk 68.5 GB free'
    );
  });

  it('that is waited for is said', () => {
    show({ hardware: driver('waiting', 'driver_waiting') });
    expect(region().textContent).toContain('its first answer can take seconds');
    expect(region().textContent).not.toContain('problem');
  });

  it('of one GPU stands beside the others', () => {
    const note = { code: 'gpu_lost', params: { index: '1' }, message: '' };
    show({ hardware: withGpus(device(), device({ uuid: 'b', index: 1, state: 'lost', note })) });
    expect(region().textContent).toContain('GPU problem: GPU 1 has fallen off the bus');
    expect(lines()).toHaveLength(2);
  });

  it('that is as it was is marked with its time', () => {
    const since = '2026-11-26T18:20:00+00:00';
    show({ hardware: { ...withGpus(), stale_since: since } });
    expect(region().textContent).toContain(`this is as it was at ${clock(since)}`);
    expect(lines()[0]?.className).toContain('jp-mod-old');
  });
});

describe('the machine', () => {
  it('says that there is no GPU to whoever asks', async () => {
    const props = strip({ hardware: hardware() });
    const { rerender } = render(<GpuStrip {...props} />);
    expect(region().textContent).not.toContain('No GPU');
    await user.click(screen.getByRole('button'));
    expect(props.onToggle).toHaveBeenCalledWith('machine');
    rerender(<GpuStrip {...props} open={new Set(['machine'])} />);
    expect(region().textContent).toContain('No GPU here. No GPU driver is visible here');
    expect(region().textContent).toContain('2, the limit of this container or job');
  });

  it('says what it does not know, and why', () => {
    const untold = host({
      cpus: 1.5,
      cpu_percent: null,
      memory_used: null,
      disk: null,
      disk_free: null,
      reasons: { cpu_percent: 'needs_time', memory_used: 'no_proc', disk: 'unreadable' }
    });
    show({ hardware: hardware({ host: untold }), open: new Set(['machine']) });
    expect(screen.getByRole('button').textContent).toBe('1.5 CPUs');
    for (const reason of ['between two readings', 'this system does not tell', 'could not be']) {
      expect(region().textContent).toContain(reason);
    }
  });

  it('is a line even where nothing of it is known', () => {
    show({ hardware: hardware({ host: null }) });
    expect(screen.getByRole('button', { name: 'This machine' })).toBeTruthy();
  });
});

describe('all of the strip', () => {
  const data = [
    'NVIDIA RTX A5000',
    'NVIDIA H100',
    'MIG 2g.20gb',
    'project/model.ipynb',
    'climate',
    'python',
    '580.95.05',
    'GiB',
    ' GB',
    '/home/ada/.conda/envs',
    '°C',
    clock('2026-11-26T18:24:22.900+00:00')
  ];

  it.each<[string, Partial<GpuStripProps>]>([
    ['none', { hardware: hardware(), open: new Set(['machine']) }],
    ['a fault', { hardware: driver('no_permission', 'driver_no_permission') }],
    [
      'GPUs',
      {
        hardware: {
          ...withGpus(device({ throttle: ['thermal'] }), cut()),
          stale_since: '2026-11-26T18:24:22.900+00:00'
        },
        holders: holders({
          devices: [shares({ confidence: 'inferred', unattributed: 2 ** 30 })],
          kernels: [kernelUse({ confidence: 'inferred' }), kernelUse({ kernel_id: 'k2' })],
          processes: [processUse()]
        }),
        open: new Set([A5000, SLICE, 'machine'])
      }
    ]
  ])('is translated: %s', (_, change) => {
    const { container } = renderMarked(<GpuStrip {...strip(change)} />);
    expect(untranslated(container, data)).toEqual([]);
  });
});
