import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Diagnostics } from '../../../src/components/Diagnostics';
import { diagnostic } from '../support/records';
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
