import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Download } from '../../../src/components/Download';
import { environment } from '../support/records';
import { spies } from '../support/render';

const user = userEvent.setup();

const science = environment();

function show(formats: string[] = ['explicit', 'lock', 'yaml']): ReturnType<typeof spies> {
  const actions = spies();
  render(<Download environment={science} formats={formats} actions={actions} />);
  return actions;
}

const select = (): HTMLSelectElement => screen.getByRole('combobox', { name: 'Format' });
const button = (): HTMLButtonElement => screen.getByRole('button', { name: 'Download' });

describe('a download', () => {
  it('names each format as a person knows it', () => {
    show([...['explicit', 'lock', 'yaml'], 'new-one']);
    expect([...select().options].map(option => option.textContent)).toEqual([
      'Explicit list',
      'conda-lock.yml',
      'environment.yml',
      'new-one'
    ]);
  });

  it('begins when the button is pressed, not while one chooses', async () => {
    const actions = show();
    await user.selectOptions(select(), 'lock');
    await user.selectOptions(select(), 'yaml');
    expect(actions.download).not.toHaveBeenCalled();
    await user.click(button());
    expect(actions.download.mock.calls).toEqual([[science, 'yaml']]);
  });

  it('is of the format that stands there from the start', async () => {
    const actions = show();
    await user.click(button());
    expect(actions.download).toHaveBeenCalledWith(science, 'yaml');
  });

  it('is of the first format where there is no environment.yml', async () => {
    const actions = show(['explicit', 'lock']);
    await user.click(button());
    expect(actions.download).toHaveBeenCalledWith(science, 'explicit');
  });

  it('is not offered before the formats are known', () => {
    show([]);
    expect(button().disabled).toBe(true);
  });
});
