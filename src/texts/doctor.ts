import type { TranslationBundle } from '@jupyterlab/translation';

import type { DoctorReport, Finding, FixAction } from '../types';
import { FINDING_FIXES, FINDINGS } from '../generated/texts';
import { moment } from './numbers';
import { say } from './problems';

/** Where findings are looked for, from the outside in. */
export const LAYERS: readonly Finding['layer'][] = [
  'host',
  'container',
  'permissions',
  'static',
  'dynamic',
  'runtime'
];

/** What a layer is about. */
export function layerTitle(layer: Finding['layer'], trans: TranslationBundle): string {
  switch (layer) {
    case 'host':
      return trans.__('Machine and disks');
    case 'container':
      return trans.__('Container or job');
    case 'permissions':
      return trans.__('Permissions');
    case 'static':
      return trans.__('What is installed and set');
    case 'dynamic':
      return trans.__('How kernels are started');
    case 'runtime':
      return trans.__('What runs');
  }
}

/** How bad it is, in a word. */
export function severityText(severity: Finding['severity'], trans: TranslationBundle): string {
  switch (severity) {
    case 'error':
      return trans.__('Error');
    case 'warning':
      return trans.__('Warning');
    case 'note':
      return trans.__('Note');
  }
}

/** What was found, in a sentence. */
export function findingText(finding: Finding, trans: TranslationBundle): string {
  return say(FINDINGS[finding.id], finding.params, trans) ?? finding.message;
}

/** What helps, in a sentence. */
export function remedyText(finding: Finding, trans: TranslationBundle): string {
  return say(FINDING_FIXES[finding.id], finding.params, trans) ?? finding.fix.text;
}

/** What can be done about it here: the label of a button. */
export function actionLabel(action: FixAction, trans: TranslationBundle): string {
  switch (action) {
    case 'update':
      return trans.__('Update from file');
    case 'repair':
      return trans.__('Restore…');
    case 'clean':
      return trans.__('Clean up…');
    case 'probe':
      return trans.__('Probe');
    case 'stop-kernel':
      return trans.__('Shut down its kernel…');
    case 'restart-kernel':
      return trans.__('Restart its kernel…');
    case 'register-kernel':
      return trans.__('Register its kernel');
  }
}

/** How many findings there are of each kind. */
export function countsText(report: DoctorReport, trans: TranslationBundle): string {
  const count = (severity: Finding['severity']): number =>
    report.findings.filter(one => one.severity === severity).length;
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')];
  const told = [
    errors > 0 ? trans._n('%1 error', '%1 errors', errors) : null,
    warnings > 0 ? trans._n('%1 warning', '%1 warnings', warnings) : null,
    notes > 0 ? trans._n('%1 note', '%1 notes', notes) : null
  ].filter(Boolean);
  return told.length > 0 ? told.join(', ') : trans.__('Nothing found');
}

/** The whole report as plain text, to be passed on: it names nobody. */
export function reportText(report: DoctorReport, trans: TranslationBundle): string {
  const machine = Object.entries(report.machine).map(([key, value]) => `${key} ${value}`);
  const head = [
    `jupyter_envs ${report.version}, ${moment(report.checked_at)}`,
    [report.environment, machine.join(', ')].filter(Boolean).join(': ')
  ];
  const findings = report.findings.map(one =>
    [
      `${severityText(one.severity, trans)} ${one.id}: ${findingText(one, trans)}`,
      ...one.evidence.map(seen => `  ${trans.__('Seen')} ${seen.source}: ${seen.value}`),
      `  ${fixTitle(one, trans)} ${remedyText(one, trans)}`
    ].join('\n')
  );
  const counts = `${countsText(report, trans)}. ${rulesText(report, trans)}`;
  return [head.join('\n'), ...findings, counts].join('\n\n') + '\n';
}

/** How much was looked at. */
export function rulesText(report: DoctorReport, trans: TranslationBundle): string {
  return trans._n('%1 rule was asked.', '%1 rules were asked.', report.rules);
}

/** Who can put it right. */
export function fixTitle(finding: Finding, trans: TranslationBundle): string {
  return finding.who === 'administrator'
    ? trans.__('An administrator can fix it:')
    : trans.__('Fix:');
}
