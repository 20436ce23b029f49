import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Diagnostics } from '../../../src/components/Diagnostics';
import { diagnostic, fix } from '../support/records';
import { renderMarked } from '../support/render';

const user = userEvent.setup();

const FOUND = [
  diagnostic({ severity: 'error', code: 'key_not_text', start: { line: 3, column: 5 } }),
  diagnostic(),
  diagnostic({ severity: 'note', code: 'pip_missing', start: { line: 9, column: 1 } })
];

describe('findings', () => {
  it('are told in their order, each with its place and weight', () => {
    render(<Diagnostics diagnostics={FOUND} />);
    expect(screen.getAllByRole('listitem').map(line => line.textContent)).toEqual([
      'line 3 errorA key has to be a plain word.',
      'line 2 warningcolour: is not a known key; it is ignored.',
      'line 9 noteThere is a pip: section but no pip among the dependencies; pip is added.'
    ]);
  });

  it('are translated', () => {
    renderMarked(<Diagnostics diagnostics={FOUND.slice(0, 1)} />);
    expect(screen.getByRole('listitem').textContent).toBe(
      '«line 3» «error»«A key has to be a plain word.»'
    );
  });

  it('lead to their place', async () => {
    const onSelect = jest.fn();
    render(<Diagnostics diagnostics={FOUND} onSelect={onSelect} />);
    await user.click(screen.getByRole('button', { name: /^line 9/ }));
    expect(onSelect.mock.calls).toEqual([[FOUND[2]]]);
  });

  it('are no buttons where there is nothing to go to', () => {
    render(<Diagnostics diagnostics={FOUND} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('fixes', () => {
  const write = fix([2, 1, 2, 7, 'name'], { code: 'write', params: { text: 'name' } });
  const fixable = diagnostic({ fix: write });
  const risky = diagnostic({ fix: { ...write, code: 'quite_new', safe: false } });
  const onFix = jest.fn();
  const onFixAll = jest.fn();
  const on = { onFix, onFixAll };

  afterEach(() => jest.clearAllMocks());

  it('are buttons beside what they put right', async () => {
    render(<Diagnostics diagnostics={[diagnostic(), fixable]} {...on} />);
    const [button, ...others] = screen.getAllByRole('button');
    expect([button?.textContent, others]).toEqual(['Fix: Write name', []]);
    await user.click(screen.getByRole('button'));
    expect(onFix.mock.calls).toEqual([[fixable]]);
  });

  it('are translated, where they are known', () => {
    renderMarked(<Diagnostics diagnostics={[fixable, risky]} {...on} />);
    expect(screen.getAllByRole('button').map(button => button.textContent)).toEqual([
      '«Fix: «Write name»»',
      '«Fix: Write name»'
    ]);
  });

  it('are made all at once, those that need no question', async () => {
    const { rerender } = render(<Diagnostics diagnostics={[fixable, fixable]} {...on} />);
    await user.click(screen.getByRole('button', { name: 'Fix all' }));
    expect(onFixAll).toHaveBeenCalledTimes(1);
    rerender(<Diagnostics diagnostics={[fixable, fixable, risky]} {...on} />);
    expect(screen.getByRole('button', { name: 'Fix the 2 that are safe' })).toBeTruthy();
    rerender(<Diagnostics diagnostics={[fixable, risky, risky]} {...on} />);
    expect(screen.queryByRole('button', { name: /all|safe/ })).toBeNull();
  });

  it('are not offered where the text is not at hand, or another way to save it is meant', () => {
    const saved = diagnostic({ fix: { ...write, code: 'save_as_utf8', edits: [] } });
    const { rerender } = render(<Diagnostics diagnostics={[fixable]} />);
    expect(screen.queryByRole('button')).toBeNull();
    rerender(<Diagnostics diagnostics={[saved]} {...on} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});
