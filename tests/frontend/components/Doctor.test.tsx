import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import React from 'react';

import { Doctor } from '../../../src/components/Doctor';
import { reportText } from '../../../src/texts';
import type { Finding } from '../../../src/types';
import { doctorReport, finding } from '../support/doctor';
import { environment } from '../support/records';
import { renderMarked, untranslated } from '../support/render';
import { english } from '../support/translation';

const user = userEvent.setup();

type Props = Parameters<typeof Doctor>[0];

function props(change: Partial<Props> = {}): Props {
  return {
    environments: [environment({ name: 'My Science', slug: 'science' })],
    environment: null,
    report: doctorReport(),
    busy: false,
    error: null,
    locked: false,
    copied: false,
    onAsk: jest.fn(),
    onCopy: jest.fn(),
    onFix: jest.fn(),
    ...change
  };
}

function show(change: Partial<Props> = {}): Props {
  const given = props(change);
  render(<Doctor {...given} />);
  return given;
}

const CPU_BUILD =
  'This machine has an NVIDIA GPU, but pytorch 2.13.0 in science is a build for CPUs.';

describe('the doctor', () => {
  it('says where all is well, and how much it looked at', () => {
    show();
    expect(screen.getByRole('status').textContent).toBe('Nothing found.');
    expect(screen.getByText(/^113 rules were asked/)).toBeTruthy();
  });

  it('says what is wrong, how bad it is, and what helps', () => {
    show({ report: doctorReport(finding()) });
    const item = screen.getByRole('listitem');
    expect(item.textContent).toContain(`Warning ${CPU_BUILD}`);
    expect(item.textContent).toMatch(/Fix: Build the next generation for the GPU/);
    expect(item.querySelector('[aria-hidden]')?.textContent).toBe('▲');
    expect(screen.getByRole('status').textContent).toBe('1 warning.');
  });

  it('goes from the outside in', () => {
    const layers: Finding['layer'][] = ['runtime', 'host', 'static'];
    const findings = layers.map(layer => finding({ layer, severity: 'error' }));
    show({ report: doctorReport(...findings) });
    expect(screen.getAllByRole('heading', { level: 3 }).map(one => one.textContent)).toEqual([
      'Machine and disks',
      'What is installed and set',
      'What runs'
    ]);
    expect(screen.getByRole('status').textContent).toBe('3 errors.');
  });

  it('shows what it goes by', () => {
    show({ report: doctorReport(finding()) });
    const seen = screen.getByText('What was seen').closest('details') as HTMLElement;
    expect(within(seen).getByText('conda-meta/pytorch.json')).toBeTruthy();
    expect(within(seen).getByText('cpu_mkl_0')).toBeTruthy();
  });

  it('says who can put it right', () => {
    const fix = { text: 'Reboot.', action: null, subject: null };
    show({ report: doctorReport(finding({ id: 'of_tomorrow', who: 'administrator', fix })) });
    const item = screen.getByRole('listitem');
    expect(item.textContent).toContain('An administrator can fix it: Reboot.');
    expect(item.textContent).toContain('said in English');
    expect(within(item).queryByRole('button')).toBeNull();
  });

  it('says that more may come after it', () => {
    show({ report: doctorReport(finding({ blocking: true })) });
    expect(screen.getByRole('listitem').textContent).toContain('were not looked at');
  });

  it.each([
    ['update', 'Update from file'],
    ['repair', 'Restore…'],
    ['clean', 'Clean up…'],
    ['probe', 'Probe'],
    ['stop-kernel', 'Shut down its kernel…'],
    ['restart-kernel', 'Restart its kernel…'],
    ['register-kernel', 'Register its kernel']
  ] as const)('does what it can: %s', async (action, name) => {
    const fix = { text: '', action, subject: 'science' };
    const given = show({ report: doctorReport(finding({ fix })) });
    await user.click(screen.getByRole('button', { name }));
    expect(given.onFix).toHaveBeenCalledWith(action, 'science');
  });

  it('changes nothing where nothing can be written, and ends kernels all the same', () => {
    const kernel = { text: '', action: 'stop-kernel', subject: 'k1' } as const;
    show({ locked: true, report: doctorReport(finding(), finding({ fix: kernel })) });
    const disabled = (name: string): boolean =>
      screen.getByRole<HTMLButtonElement>('button', { name }).disabled;
    expect(disabled('Update from file')).toBe(true);
    expect(disabled('Shut down its kernel…')).toBe(false);
  });

  it('is asked about one environment, and again', async () => {
    const given = show();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Look at' }), 'My Science');
    expect(given.onAsk).toHaveBeenLastCalledWith('science');
    await user.click(screen.getByRole('button', { name: 'Check again' }));
    expect(given.onAsk).toHaveBeenLastCalledWith(null);
  });

  it('says that it is looking, and that it cannot', () => {
    show({ report: null, busy: true });
    expect(screen.getByRole('status').textContent).toBe('Looking…');
    expect(screen.queryByRole('button', { name: 'Copy report' })).toBeNull();
    show({ report: null, error: 'The server does not answer.' });
    expect(screen.getByRole('alert').textContent).toBe('The server does not answer.');
  });

  it('hands its report over', async () => {
    const given = show();
    await user.click(screen.getByRole('button', { name: 'Copy report' }));
    expect(given.onCopy).toHaveBeenCalledWith(given.report);
    show({ copied: true });
    expect(screen.getByRole('button', { name: 'Copied' })).toBeTruthy();
  });

  it('is translated', () => {
    const severities: Finding['severity'][] = ['error', 'warning', 'note'];
    const findings = severities.map(severity => finding({ severity, blocking: true }));
    const { container } = renderMarked(
      <Doctor
        {...props({ report: doctorReport(...findings, finding({ who: 'administrator' })) })}
      />
    );
    const data = ['My Science', 'conda-meta/pytorch.json', 'cpu_mkl_0'];
    expect(untranslated(container, data)).toEqual([]);
  });
});

describe('the report as text', () => {
  it('has all of it', () => {
    const text = reportText({ ...doctorReport(finding()), environment: 'science' }, english);
    expect(text.split('\n').slice(1, 6)).toEqual([
      'science: system Linux x86_64, gpus 1',
      '',
      `Warning cpu_build: ${CPU_BUILD}`,
      '  Seen conda-meta/pytorch.json: cpu_mkl_0',
      expect.stringMatching(/^ {2}Fix: Build the next generation/)
    ]);
    expect(text).toMatch(/1 warning\. 113 rules were asked\.\n$/);
  });
});
