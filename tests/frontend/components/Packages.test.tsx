import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Packages } from '../../../src/components/Packages';
import { condaPackage } from '../support/records';

const user = userEvent.setup();

const PACKAGES = [
  condaPackage('numpy', { requested: true, version: '2.1' }),
  condaPackage('libblas', { build: '31_openblas' }),
  condaPackage('Jinja2'),
  condaPackage('numpy', { manager: 'pip', version: '2.2', channel: null })
];

const shown = (): (string | undefined)[] =>
  screen
    .getAllByRole<HTMLTableRowElement>('row')
    .slice(1)
    .map(row => row.cells[0]?.textContent);

describe('the packages', () => {
  beforeEach(() => {
    render(<Packages packages={PACKAGES} />);
  });

  it('are told with their versions, and where they are from', () => {
    expect(screen.getByRole('row', { name: 'libblas 1.0 31_openblas' })).toBeTruthy();
    expect(screen.getByRole('row', { name: 'numpy 2.2 pip' })).toBeTruthy();
    expect(screen.getByRole('table', { name: 'Packages' })).toBeTruthy();
  });

  it('stand below titles', () => {
    const titles = screen.getAllByRole('columnheader').map(one => one.textContent);
    expect(titles).toEqual(['Name', 'Version', 'Build']);
    expect(screen.getAllByRole('rowheader').map(one => one.textContent)).toEqual(shown());
  });

  it('stand out where the file asks for them', () => {
    const asked = screen.getAllByRole('row').filter(row => row.className.includes('jp-mod-asked'));
    expect(asked).toEqual([screen.getByRole('row', { name: /^numpy 2.1/ })]);
  });

  it('can be filtered', async () => {
    const filter = screen.getByRole('searchbox', { name: 'Filter packages' });
    await user.type(filter, 'NUM');
    expect(shown()).toEqual(['numpy', 'numpy']);
    await user.clear(filter);
    await user.type(filter, ' jinja ');
    expect(shown()).toEqual(['Jinja2']);
    await user.clear(filter);
    expect(shown()).toHaveLength(4);
  });

  it('say where none is left', async () => {
    const filter = screen.getByRole('searchbox', { name: 'Filter packages' });
    expect(filter.getAttribute('placeholder')).toBe('Filter 4 packages');
    await user.type(filter, 'pandas');
    expect(shown()).toEqual([]);
    expect(screen.getByText('None of that name.')).toBeTruthy();
  });
});
