import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Panel, type PanelProps } from '../../../src/components/Panel';
import { clock, moment } from '../../../src/texts';
import {
  condaPackage,
  diagnostic,
  drift,
  drifted,
  driftReport,
  environment,
  event,
  foreign,
  generation,
  operation,
  problem,
  verdict
} from '../support/records';
import { askedOf, more, renderMarked, rowProps, spies, untranslated } from '../support/render';

function panel(change: Partial<PanelProps> = {}): PanelProps {
  return {
    ready: true,
    away: null,
    problem: null,
    writable: true,
    rows: [],
    gpus: null,
    disk: null,
    actions: spies(),
    ...change
  };
}

/** Before the first answer nothing is known, and so nothing is writable. */
const LOADING = { ready: false, writable: false };

const ROW = { id: 'science', ...rowProps() };

const user = userEvent.setup();

describe('the panel', () => {
  it('says that it loads, and nothing that is not known yet', () => {
    const { container } = render(<Panel {...panel(LOADING)} />);
    expect(screen.getByText('Loading…')).toBeTruthy();
    expect(container.querySelector('[aria-busy="true"]')).not.toBeNull();
    expect(screen.queryByRole('status')).toBeNull();
    expect(screen.queryByText(/no environments yet/)).toBeNull();
    expect(
      screen.getByRole<HTMLButtonElement>('button', { name: 'New environment' }).disabled
    ).toBe(true);
  });

  it('shows the environments', () => {
    const rows = ['a', 'b'].map(name => ({
      id: name,
      ...rowProps({ environment: environment({ name }) })
    }));
    const { container } = render(<Panel {...panel({ rows })} />);
    const list = screen.getByRole('list', { name: 'Environments' });
    expect(within(list).getAllByRole('listitem')).toHaveLength(2);
    expect(container.querySelector('[aria-busy="true"]')).toBeNull();
    expect(screen.queryByText(/no environments yet/)).toBeNull();
  });

  it('leads on where there are none', async () => {
    const props = panel();
    render(<Panel {...props} />);
    expect(screen.getByText('There are no environments yet.')).toBeTruthy();
    const [, big] = screen.getAllByRole('button', { name: 'New environment' });
    await user.click(big as HTMLElement);
    expect(props.actions.newEnvironment).toHaveBeenCalledTimes(1);
  });

  it('has a tool bar', async () => {
    const props = panel({ rows: [ROW] });
    render(<Panel {...props} />);
    expect(screen.getByRole('heading', { name: 'Environments' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'New environment' }));
    expect(askedOf(props.actions as never)).toEqual(['newEnvironment']);
    await user.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(askedOf(props.actions as never)).toEqual(['newEnvironment', 'refresh']);
  });
});

describe('the panel, where the server does not answer,', () => {
  it('says so, and shows what it knows', () => {
    render(<Panel {...panel({ away: 'Failed to fetch', rows: [ROW] })} />);
    expect(screen.getByRole('status').textContent).toMatch(/does not answer.*said last/);
    expect(screen.getByRole('button', { name: /science/ })).toBeTruthy();
  });

  it('says so from the start', () => {
    render(<Panel {...panel({ ...LOADING, away: 'Failed to fetch' })} />);
    expect(screen.getByRole('status').textContent).toBe(
      'The server does not answer. Trying again…'
    );
    expect(screen.queryByText('Loading…')).toBeNull();
  });
});

describe('the panel, where the server has a problem,', () => {
  it('says what it is and what to do', () => {
    render(<Panel {...panel({ problem: problem(), writable: false })} />);
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('There is not enough disk space in /home/ada');
    expect(alert.textContent).toContain('free some space');
    expect(screen.queryByRole('status')).toBeNull();
    expect(screen.queryByText(/no environments yet/)).toBeNull();
  });
});

describe('the panel, where nothing can be written,', () => {
  it('lets nothing be changed, and everything be used', () => {
    const opened = rowProps({
      environment: drifted({ behind: true }),
      isOpen: true,
      writable: false,
      failed: operation({ state: 'interrupted', resumable: true }),
      more: more({ generations: [generation(1), generation(2)], drift: driftReport() })
    });
    const closed = rowProps({ environment: environment({ behind: true }), writable: false });
    render(
      <Panel
        {...panel({
          writable: false,
          rows: [
            { id: '1', ...opened },
            { id: '2', ...closed }
          ]
        })}
      />
    );
    const enabled = screen
      .getAllByRole<HTMLButtonElement>('button')
      .filter(button => !button.disabled)
      .map(button => button.textContent);
    expect(new Set(enabled)).toEqual(
      new Set([
        '', // refresh
        'sciencefile changed',
        'Changed: pip replaced a conda package',
        'Show log',
        'Dismiss',
        'Notebook',
        'Console',
        'Terminal here',
        'Check every file',
        'History',
        'work/environment.yml',
        '' // download
      ])
    );
  });

  it('says so, and offers nothing new', () => {
    render(<Panel {...panel({ writable: false })} />);
    expect(screen.getByRole('status').textContent).toMatch(/can only be looked at/);
    const buttons = screen.getAllByRole<HTMLButtonElement>('button', { name: 'New environment' });
    expect(buttons.filter(button => !button.disabled)).toEqual([]);
    expect(screen.queryByText(/Right-click/)).toBeNull();
  });
});

describe('all of the panel', () => {
  const data = [
    'science',
    'other',
    'old',
    'python',
    'yaml',
    'tqdm',
    '4.66.1',
    'lib/a.py',
    'numpy',
    'pip',
    'h0_0',
    'conda-forge',
    'work/environment.yml',
    '/home/ada/.conda/envs/',
    '/home/ada',
    '.jupyter-envs/',
    '0123456789abcdef',
    '0123456789ab',
    '512 MB',
    'boom',
    clock(event(1).time),
    ...[environment(), generation(1), generation(2)].map(one => moment(one.created ?? ''))
  ];

  it.each<[string, Partial<PanelProps>]>([
    ['empty', {}],
    ['loading', LOADING],
    ['away', { away: 'Failed to fetch' }],
    ['not writable', { writable: false }],
    ['a problem', { problem: problem({ details: [diagnostic()] }) }],
    [
      'rows',
      {
        rows: [
          {
            id: '1',
            ...rowProps({
              environment: environment({ behind: true }),
              kernels: 2,
              isOpen: true,
              more: more({
                generations: [generation(1), generation(2, { current: true, in_use: true })],
                packages: [condaPackage('numpy'), condaPackage('pip', { manager: 'pip' })],
                oldKernels: 1
              })
            })
          },
          {
            id: '5',
            ...rowProps({
              environment: drifted(),
              isOpen: true,
              more: more({
                drift: driftReport({
                  verdicts: [
                    verdict(),
                    verdict({ code: 'file_edited', count: 101, files: ['lib/a.py'], kept: true })
                  ]
                })
              })
            })
          },
          {
            id: '6',
            ...rowProps({
              environment: drifted({ drift: drift({ state: 'kept', count: 2 }) }),
              isOpen: true,
              more: more({ checking: true })
            })
          },
          {
            id: '2',
            ...rowProps({
              environment: environment({ name: 'other', behind: true }),
              failed: operation({ state: 'failed', error: problem({ details: ['boom'] }) })
            })
          },
          { id: '3', ...rowProps({ environment: foreign('old'), isOpen: true }) },
          {
            id: '4',
            ...rowProps({
              environment: null,
              operation: operation({ queue_position: 2, done: 1, total: 4, unit: 'packages' }),
              log: [event(1)]
            })
          }
        ]
      }
    ]
  ])('is translated: %s', async (_, change) => {
    const { container } = renderMarked(<Panel {...panel(change)} />);
    for (const button of screen.queryAllByRole('button', { name: '«Show log»' })) {
      await user.click(button);
    }
    expect(untranslated(container, data)).toEqual([]);
  });
});
