import { render, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { SpecForm } from '../../../src/components/SpecForm';
import { check, diagnostic } from '../support/records';

type Props = React.ComponentProps<typeof SpecForm>;

const user = userEvent.setup();

function show(change: Partial<Props> = {}): Props {
  const props = {
    check: check(),
    file: 'environment.yml',
    busy: false,
    message: null,
    onFile: jest.fn(),
    onSelect: jest.fn(),
    onFix: jest.fn(),
    onFixAll: jest.fn(),
    onCreate: jest.fn(),
    onUpdate: jest.fn(),
    ...change
  };
  render(<SpecForm {...props} />);
  return props;
}

const button = (name: string): HTMLButtonElement => screen.getByRole('button', { name });

const error = diagnostic({ severity: 'error', code: 'key_not_text' });
const taken = check({ exists: true });

describe('the verdict', () => {
  it.each<[Props['check'], string]>([
    [null, 'Checking…'],
    [check(), 'science can be made from this text.'],
    [check({ diagnostics: [diagnostic()] }), 'science can be made from this text.'],
    [taken, 'There is an environment called science.'],
    [check({ name: null }), "Give it a name: 'name: my-env'."],
    [
      check({ valid: false, diagnostics: [error, diagnostic()] }),
      '1 error: an environment cannot be made from this text.'
    ],
    [
      check({ valid: false, name: null, exists: false, diagnostics: [error, error] }),
      '2 errors: an environment cannot be made from this text.'
    ]
  ])('on %j', (answer, verdict) => {
    show({ check: answer });
    expect(screen.getByRole('status').textContent).toBe(verdict);
  });
});

describe('the way on', () => {
  it('is to create', async () => {
    const { onCreate, onUpdate } = show();
    await user.click(button('Save and create'));
    expect(onCreate).toHaveBeenCalledTimes(1);
    expect(onUpdate).not.toHaveBeenCalled();
  });

  it('is to update where the name is taken', async () => {
    const { onCreate, onUpdate } = show({ check: taken });
    expect(screen.queryByRole('button', { name: 'Save and create' })).toBeNull();
    await user.click(button('Save and update science'));
    expect(onUpdate).toHaveBeenCalledTimes(1);
    expect(onCreate).not.toHaveBeenCalled();
  });

  it.each<[string, Partial<Props>]>([
    ['it is not checked', { check: null }],
    ['the text cannot be used', { check: check({ valid: false, diagnostics: [error] }) }],
    ['it is on its way', { busy: true }]
  ])('is closed while %s', async (_, change) => {
    const { onCreate } = show(change);
    expect(button('Save and create').disabled).toBe(true);
    await user.click(button('Save and create'));
    expect(onCreate).not.toHaveBeenCalled();
  });

  it.each<[string, Partial<Props>]>([
    ['the text cannot be used', { check: { ...taken, valid: false } }],
    ['it is on its way', { check: taken, busy: true }]
  ])('to an update is closed while %s', (_, change) => {
    show(change);
    expect(button('Save and update science').disabled).toBe(true);
  });
});

describe('the form', () => {
  it('asks where to save', async () => {
    const { onFile } = show();
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Save as' });
    expect(field.value).toBe('environment.yml');
    await user.type(field, 'x');
    expect(onFile).toHaveBeenCalledWith('environment.ymlx');
  });

  it('says what was refused', () => {
    show({ message: 'There is not enough disk space' });
    expect(screen.getByRole('alert').textContent).toBe('There is not enough disk space');
  });

  it('says nothing where nothing was refused', () => {
    show();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.queryByRole('list', { name: 'Findings' })).toBeNull();
  });

  it('leads to the place of a finding', async () => {
    const { onSelect } = show({ check: check({ diagnostics: [diagnostic()] }) });
    await user.click(screen.getByRole('button', { name: /not a known key/ }));
    expect(onSelect).toHaveBeenCalledWith(diagnostic());
  });
});
