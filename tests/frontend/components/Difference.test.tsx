import { render, screen, within } from '@testing-library/react';
import React from 'react';

import { Difference } from '../../../src/components/Difference';
import { difference, locked } from '../support/past';
import { renderMarked, untranslated } from '../support/render';

const CHANGED = difference({
  changed: [
    {
      name: 'numpy',
      manager: 'conda',
      before: locked('numpy', '1.26'),
      after: locked('numpy', '2.0')
    }
  ],
  added: [locked('tabulate', '0.9', { manager: 'pip', build: '' })],
  removed: [locked('six', '1.16')],
  kept: 60,
  spec: ['--- science@1', '+++ science@2', '@@ -1,2 +1,2 @@', '-  - numpy=1', '+  - numpy=2']
});

const lines = (): (string | null)[] =>
  within(screen.getByRole('table'))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

/** The cells of a package that both have. */
function cells(before: object, after: object): (string | null)[] {
  const found = difference({
    changed: [
      {
        name: 'numpy',
        manager: 'conda',
        before: locked('numpy', '1.26', before),
        after: locked('numpy', '1.26', after)
      }
    ]
  });
  render(<Difference found={found} />);
  return screen.getAllByRole('cell').map(cell => cell.textContent);
}

describe('a difference', () => {
  it('is told in numbers, then package by package', () => {
    render(<Difference found={CHANGED} />);
    expect(screen.getByRole('status').textContent).toBe(
      '1 changed · 1 added · 1 removed · 60 are the same'
    );
    expect(lines()).toEqual(['~numpy1.262.0', '+tabulatepip–0.9', '−six1.16–']);
    expect(screen.getByRole('columnheader', { name: 'Generation 2' })).toBeTruthy();
  });

  it('can be heard, not only seen', () => {
    render(<Difference found={CHANGED} />);
    expect(screen.getByRole('rowheader', { name: 'added tabulate pip' })).toBeTruthy();
    expect(screen.getAllByLabelText('not there')).toHaveLength(2);
  });

  it('is translated', () => {
    const { container } = renderMarked(<Difference found={CHANGED} />);
    const data = ['numpy', 'tabulate', 'pip', 'six', 'environment.yml'];
    expect(untranslated(container, data).filter(text => text !== '  - =')).toEqual([]);
  });

  it('of the same version is one of builds, or of channels', () => {
    expect(cells({ build: 'h0_0' }, { build: 'h1_1' })).toEqual(['1.26 h0_0', '1.26 h1_1']);
  });

  it('of the same build is one of channels', () => {
    expect(cells({ channel: 'a' }, { channel: 'b' })).toEqual(['1.26 a', '1.26 b']);
  });

  it('may be that another manager brings a package', () => {
    expect(cells({}, { manager: 'pip', build: '' })).toEqual(['1.26 h0_0 conda', '1.26 pip']);
  });

  it('names what was compared where that is no generation', () => {
    const a = { ...CHANGED.a, generation: null, reference: 'my.lock.yml' };
    render(<Difference found={{ ...CHANGED, a }} />);
    expect(screen.getByRole('columnheader', { name: 'my.lock.yml' })).toBeTruthy();
  });
});

describe('no difference', () => {
  it('is told', () => {
    render(<Difference found={difference()} />);
    expect(screen.getByRole('status').textContent).toBe('The same 60 packages.');
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getByText('Both were made from the same file.')).toBeTruthy();
  });
});

describe('the difference of the files', () => {
  it('is shown line by line', () => {
    render(<Difference found={CHANGED} />);
    const shown = screen.getByLabelText('What differs in the file');
    expect(shown.textContent).toBe('@@ -1,2 +1,2 @@\n-  - numpy=1\n+  - numpy=2\n');
    expect(shown.querySelector('.jp-mod-added')?.textContent).toBe('+  - numpy=2\n');
    expect(shown.querySelector('.jp-mod-removed')?.textContent).toBe('-  - numpy=1\n');
  });

  it('is not known where a file is gone', () => {
    render(<Difference found={difference({ spec: null })} />);
    expect(screen.getByText(/not both there any more/)).toBeTruthy();
  });
});
