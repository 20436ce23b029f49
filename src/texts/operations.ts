import type { TranslationBundle } from '@jupyterlab/translation';

import type { Operation, OperationEvent } from '../types';
import { bytes } from './numbers';
import { messageOf, plain } from './problems';

/** What goes on in a phase. */
export function phaseTitle(phase: string, trans: TranslationBundle): string {
  switch (phase) {
    case 'queued':
      return trans.__('Waiting');
    case 'metadata':
      return trans.__('Reading channels');
    case 'solve':
      return trans.__('Solving');
    case 'download':
      return trans.__('Downloading');
    case 'install':
      return trans.__('Installing');
    case 'pip':
      return trans.__('Installing pip packages');
    case 'verify':
      return trans.__('Starting the kernel');
    case 'publish':
      return trans.__('Publishing');
    case 'clean':
      return trans.__('Removing');
    case 'probe':
      return trans.__('Trying frameworks');
    default:
      return phase;
  }
}

/** The part of the phase that is done, from 0 to 1; null where that is not known. */
export function fraction(operation: Pick<Operation, 'done' | 'total'>): number | null {
  const { done, total } = operation;
  return done === null || total === null || total <= 0 ? null : Math.min(1, done / total);
}

/** How far a phase is, as "3 of 12 packages"; empty where nothing is counted. */
export function progressText(
  progress: Pick<Operation, 'done' | 'total' | 'unit'>,
  trans: TranslationBundle
): string {
  const { done, total, unit } = progress;
  if (done === null || total === null) {
    return '';
  }
  return unit === 'bytes'
    ? trans.__('%1 of %2', bytes(done), bytes(total))
    : trans.__('%1 of %2 %3', done, total, unitText(unit, trans));
}

function unitText(unit: string | null, trans: TranslationBundle): string {
  switch (unit) {
    case 'packages':
      return trans.__('packages');
    case 'kernels':
      return trans.__('kernels');
    case 'channels':
      return trans.__('channels');
    case 'files':
      return trans.__('files');
    case 'frameworks':
      return trans.__('frameworks');
    case 'steps':
      return trans.__('steps');
    default:
      return unit ?? '';
  }
}

/** What is being done to an environment. */
export function verbTitle(verb: string, trans: TranslationBundle): string {
  switch (verb) {
    case 'create':
      return trans.__('Creating');
    case 'update':
      return trans.__('Updating');
    case 'lock':
      return trans.__('Locking');
    case 'remove':
      return trans.__('Removing');
    case 'rollback':
      return trans.__('Rolling back');
    case 'adopt':
      return trans.__('Adopting');
    case 'repair':
      return trans.__('Restoring');
    case 'archive':
      return trans.__('Archiving');
    case 'recreate':
      return trans.__('Recreating');
    case 'clean':
      return trans.__('Cleaning up');
    case 'probe':
      return trans.__('Probing');
    default:
      return verb;
  }
}

/** That something went wrong, as a heading. */
export function failureTitle(operation: Operation, trans: TranslationBundle): string {
  if (operation.state === 'interrupted') {
    return trans.__('Interrupted');
  }
  switch (operation.verb) {
    case 'create':
      return trans.__('Not created');
    case 'update':
      return trans.__('Not updated');
    case 'lock':
      return trans.__('Not locked');
    case 'remove':
      return trans.__('Not removed');
    case 'rollback':
      return trans.__('Not rolled back');
    case 'adopt':
      return trans.__('Not adopted');
    case 'repair':
      return trans.__('Not restored');
    case 'archive':
      return trans.__('Not archived');
    case 'recreate':
      return trans.__('Not recreated');
    case 'clean':
      return trans.__('Not cleaned up');
    case 'probe':
      return trans.__('Not probed');
    default:
      return trans.__('Failed');
  }
}

/** One line of the log; null for an event that says nothing to a person. */
export function eventText(event: OperationEvent, trans: TranslationBundle): string | null {
  const param = (name: string): string => plain(event.params[name]);
  switch (event.code) {
    case 'submitted':
      return null;
    case 'started':
      return trans.__('Started');
    case 'progress':
      return [phaseTitle(event.phase, trans), progressText(event, trans)]
        .filter(Boolean)
        .join(': ');
    case 'waiting':
      return trans.__('Waiting: number %1 in the queue', param('position'));
    case 'package_added':
      return trans.__(
        '%1 was added: the file does not ask for it, and it is needed',
        param('name')
      );
    case 'spec_warning':
      return trans.__('Line %1: %2', param('line'), param('text'));
    case 'login_unusable':
      return trans.__('The login for %1 is not used: %2', param('place'), param('reason'));
    case 'link_script_skipped':
      return trans.__(
        'The link script of %1 was not run: the policy does not allow it',
        param('name')
      );
    case 'link_script_said':
      return trans.__('%1 says: %2', param('name'), param('text'));
    case 'file_not_written':
      return trans.__('%1 was left as it is: it has changed since, or is not there', param('file'));
    case 'not_recorded':
      return trans.__(
        '%1 is removed, but the record does not say so: %2',
        param('name'),
        param('reason')
      );
    case 'drift_left':
      return trans.__(
        'Changed by hand, and not in the next generation: %1. Adopt writes it into the file.',
        param('what')
      );
    case 'not_locked':
      return trans.__('%1 %2 is in no lock: %3', param('name'), param('version'), param('reason'));
    case 'not_registered':
      return trans.__(
        '%1 is there, and %2; it is tried again by itself',
        param('name'),
        param('reason')
      );
    case 'no_kernel':
      return trans.__('No package of this environment brings a Jupyter kernel');
    case 'kernel_not_started':
      return trans.__('The kernel %1 was left out: %2', param('kernel'), param('reason'));
    case 'activation_unexplained':
      return trans.__('%1 is set to what it was while building', param('variable'));
    case 'pip_check':
      return param('finding');
    case 'cancelling':
      return trans.__('Cancelling');
    case 'succeeded':
      return trans.__('Done');
    case 'failed':
    case 'cancelled':
    case 'interrupted':
      return messageOf(
        {
          code: param('code'),
          message: param('message'),
          params: (event.params.params ?? {}) as Record<string, unknown>,
          hint: null,
          details: null
        },
        trans
      );
    default:
      return event.code;
  }
}
