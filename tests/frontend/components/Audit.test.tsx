import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Audit, type AuditProps } from '../../../src/components/Audit';
import { audit, current, DIGEST, digestView, kernel } from '../support/past';
import { ENVS_DIR, problem } from '../support/records';
import { renderMarked, untranslated } from '../support/render';

const user = userEvent.setup();

const NOTHING = { when: '', notebook: '', digest: '' };

function props(change: Partial<AuditProps> = {}): AuditProps {
  return {
    question: NOTHING,
    moment: null,
    notebook: null,
    zone: 'Europe/Berlin (UTC+01:00)',
    busy: false,
    answer: audit(),
    digests: [],
    error: null,
    store: ENVS_DIR,
    root: '/home/ada',
    verifying: false,
    faults: null,
    faultsError: null,
    actions: { downloadLock: jest.fn(), recreate: jest.fn(), openHistory: jest.fn() },
    onAsk: jest.fn(),
    onVerify: jest.fn(),
    ...change
  };
}

const rows = (table: string): (string | null)[] =>
  within(screen.getByRole('table', { name: table }))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

describe('the question', () => {
  it('is a time, a notebook, a digest', async () => {
    const { onAsk } = props();
    render(<Audit {...props({ onAsk })} />);
    await user.type(screen.getByLabelText(/^When/), '2026-11-18T15:00');
    await user.type(screen.getByLabelText('Notebook'), 'model.ipynb');
    await user.type(screen.getByLabelText(/^Lock digest/), 'abcdef{Enter}');
    expect(onAsk).toHaveBeenCalledWith({
      when: '2026-11-18T15:00',
      notebook: 'model.ipynb',
      digest: 'abcdef'
    });
  });

  it('says in which time zone it is', () => {
    render(<Audit {...props()} />);
    expect(screen.getByText(/Europe\/Berlin \(UTC\+01:00\)/)).toBeTruthy();
  });

  it('offers the notebook that is open', async () => {
    const { onAsk } = props();
    render(<Audit {...props({ notebook: 'work/model.ipynb', onAsk, answer: null })} />);
    await user.click(screen.getByRole('button', { name: 'work/model.ipynb' }));
    expect(screen.queryByRole('button', { name: 'work/model.ipynb' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Look it up' }));
    expect(onAsk).toHaveBeenCalledWith({ ...NOTHING, notebook: 'work/model.ipynb' });
  });

  it('is shown as it was asked elsewhere', () => {
    const { rerender } = render(<Audit {...props()} />);
    rerender(<Audit {...props({ question: { ...NOTHING, digest: 'abcdef' } })} />);
    expect(screen.getByLabelText<HTMLInputElement>(/^Lock digest/).value).toBe('abcdef');
  });

  it('waits for its answer', () => {
    render(<Audit {...props({ busy: true })} />);
    expect(screen.getByText('Looking…')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Look it up' }).disabled).toBe(
      true
    );
    expect(screen.queryByRole('table')).toBeNull();
  });

  it.each([
    ['The server does not answer.', 'The server does not answer.'],
    [problem(), 'There is not enough disk space']
  ])('may be refused: %j', (error, text) => {
    render(<Audit {...props({ answer: null, error })} />);
    expect(screen.getByRole('alert').textContent).toContain(text);
  });
});

describe('the answer', () => {
  it('names notebook, environment, generation, whoever it was, state and lock', () => {
    render(<Audit {...props()} />);
    const [row] = rows('Notebooks and kernels');
    for (const text of ['work/model.ipynb', 'science', 'generation 2', 'ada', 'none']) {
      expect(row).toContain(text);
    }
    expect(row).toContain('ran then');
    expect(row).toContain(DIGEST.slice(0, 12));
    expect(screen.getByRole('heading', { name: /\(UTC\+01:00\)$/ })).toBeTruthy();
  });

  it('leads to the lock, to the same packages, to the history', async () => {
    const { actions } = props();
    render(<Audit {...props({ actions })} />);
    const row = within(screen.getByRole('table', { name: 'Notebooks and kernels' }));
    await user.click(row.getByRole('button', { name: 'Download the exact lock' }));
    await user.click(row.getByRole('button', { name: 'Recreate from this lock…' }));
    await user.click(row.getByRole('button', { name: 'science' }));
    expect(actions.downloadLock).toHaveBeenCalledWith(DIGEST);
    expect(actions.recreate).toHaveBeenCalledWith(DIGEST, 'science');
    expect(actions.openHistory).toHaveBeenCalledWith('science');
  });

  it('says what is not known, not kept, not as locked, or elsewhere', () => {
    const kernels = [
      kernel({ notebook: null, running: null, drift: null, lock_kept: false, user: null }),
      kernel({ running: false, drift: 'drifted', store: '/shared' }),
      kernel({ drift: 'kept' })
    ];
    render(<Audit {...props({ answer: audit({ kernels, current: [] }) })} />);
    const [first, second, third] = rows('Notebooks and kernels');
    expect(first).toContain('no notebook');
    expect(first).toContain('not looked');
    expect(first).toContain('not known');
    expect(first).toContain('not kept here');
    expect(second).toContain('drifted');
    expect(second).toContain('had ended');
    expect(third).toContain('drifted, and kept so');
    // The one of another store has no history here.
    expect(screen.getAllByRole('button', { name: 'science' })).toHaveLength(2);
  });

  it('names notebooks as the file browser does, where that can', () => {
    const kernels = [
      kernel({ notebook: '/home/ada/work/a.ipynb' }),
      kernel({ notebook: '/home/adam/b.ipynb' })
    ];
    render(<Audit {...props({ answer: audit({ kernels }) })} />);
    const names = screen.getAllByRole('rowheader').map(one => one.textContent);
    expect(names.slice(0, 2)).toEqual(['work/a.ipynb', '/home/adam/b.ipynb']);
  });

  it('tells of the environments too', () => {
    render(<Audit {...props({ answer: audit({ kernels: [] }) })} />);
    expect(screen.getByText('No start of a kernel is recorded up to then.')).toBeTruthy();
    const [row] = rows('Environments');
    expect(row).toContain('Updated: generation 2');
    expect(row).toContain('ada');
  });

  it('may be that there was nothing', () => {
    const question = { ...NOTHING, notebook: 'x.ipynb' };
    render(<Audit {...props({ answer: audit({ kernels: [], current: [] }), question })} />);
    expect(screen.getByText('No start of a kernel is recorded up to then that fits.')).toBeTruthy();
    expect(screen.getByText('No environment is recorded for then that fits.')).toBeTruthy();
  });

  it('has no lock for what has none', () => {
    const answer = audit({ kernels: [], current: [current({ lock_digest: null })] });
    render(<Audit {...props({ answer })} />);
    expect(screen.queryByRole('button', { name: /lock/ })).toBeNull();
  });

  it('is translated', () => {
    const { container } = renderMarked(
      <Audit
        {...props({
          question: { ...NOTHING, digest: DIGEST },
          digests: [digestView()],
          faults: [{ file: '/l', line: 3, reason: 'x', code: 'broken' }]
        })}
      />
    );
    const cells = [...container.querySelectorAll('time, td')].map(one => one.textContent);
    const known = ['work/model.ipynb', 'science', 'ada', 'grace', DIGEST, DIGEST.slice(0, 12)];
    const data = [...known, ENVS_DIR, 'k1', 'Europe/Berlin (UTC+01:00)', ...cells];
    // The longest first: a name is part of a path.
    data.sort((a, b) => b.length - a.length);
    const found = untranslated(
      container,
      data.filter(text => text !== '')
    );
    expect(found.filter(text => !/^\d{4}-\d\d-\d\dT/.test(text))).toEqual([]);
  });
});

describe('a time that the clock showed twice', () => {
  const moment = {
    iso: '2026-10-25T02:30:00+02:00',
    note: 'ambiguous',
    other: '2026-10-25T02:30:00+01:00'
  } as const;
  const question = { ...NOTHING, when: '2026-10-25T02:30' };

  it('is told, and the later one can be looked at', async () => {
    const { onAsk } = props();
    const answer = audit({ at: moment.iso });
    const { rerender } = render(<Audit {...props({ question, moment, answer, onAsk })} />);
    expect(screen.getByText(/showed this time twice/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Look at the later one' }));
    expect(onAsk).toHaveBeenCalledWith(question, moment.other);
    rerender(<Audit {...props({ question, moment, answer: audit({ at: moment.other }) })} />);
    expect(screen.queryByRole('button', { name: 'Look at the later one' })).toBeNull();
  });

  it('or never, is told', () => {
    render(<Audit {...props({ moment: { iso: '', note: 'skipped', other: null } })} />);
    expect(screen.getByText(/never showed this time/)).toBeTruthy();
  });
});

describe('a digest', () => {
  const question = { ...NOTHING, digest: '012345' };

  it('is known by who made and ran what from it', () => {
    const here = [
      { environment: 'twin', generation: 1, current: true },
      { environment: 'old', generation: 3, current: false }
    ];
    render(<Audit {...props({ question, digests: [digestView({ here })] })} />);
    expect(
      screen.getByText('Here in: twin, generation 1 (current); old, generation 3.')
    ).toBeTruthy();
    const [row] = rows('Who made and ran what from it');
    expect(row).toContain('science');
    expect(row).toContain('ada, grace');
  });

  it('may be of packages that are not here now', async () => {
    const { actions } = props();
    render(
      <Audit
        {...props({
          question,
          digests: [digestView()],
          answer: audit({ kernels: [], current: [] }),
          actions
        })}
      />
    );
    expect(screen.getByText('No environment here has these packages now.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Recreate from this lock…' }));
    expect(actions.recreate).toHaveBeenCalledWith(DIGEST, 'science');
  });

  it('may be one that nobody knows', () => {
    render(<Audit {...props({ question })} />);
    expect(screen.getByText('No lock that begins with 012345 is known here.')).toBeTruthy();
  });
});

describe('the record', () => {
  it('is looked through when that is asked for', async () => {
    const { onVerify } = props();
    const { rerender } = render(<Audit {...props({ onVerify })} />);
    await user.click(screen.getByRole('button', { name: 'Check the record' }));
    expect(onVerify).toHaveBeenCalledTimes(1);
    rerender(<Audit {...props({ verifying: true })} />);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Checking…' }).disabled).toBe(
      true
    );
    rerender(<Audit {...props({ faults: [] })} />);
    expect(screen.getByText(/^It holds/)).toBeTruthy();
  });

  it('says where it does not hold', () => {
    const faults = [
      { file: '/l/2026-11.jsonl', line: 3, reason: 'the line was changed', code: 'broken' },
      { file: '/locks/x.yml', line: 0, reason: 'something new', code: 'quite_new' }
    ];
    render(<Audit {...props({ faults })} />);
    const alert = within(screen.getByRole('alert'));
    expect(alert.getByText('It does not hold at 2 places:')).toBeTruthy();
    expect(alert.getAllByRole('listitem').map(one => one.textContent)).toEqual([
      'The line before it was changed or removed./l/2026-11.jsonl, line 3',
      'something new/locks/x.yml'
    ]);
  });

  it('may not be there to be looked at', () => {
    render(<Audit {...props({ faultsError: 'The server does not answer.' })} />);
    expect(screen.getByRole('alert').textContent).toBe('The server does not answer.');
  });
});
