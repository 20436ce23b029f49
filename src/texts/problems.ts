import { nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import type { Diagnostic, Fix, Problem } from '../types';
import { DIAGNOSTICS, ERRORS, FIXES, HINTS, type Text } from '../generated/texts';

/** What to do about it here, where the server's hint speaks of its command line. */
const HINTS_HERE: Readonly<Record<string, Text>> = {
  channel_unavailable: trans =>
    trans.__("Check the network, the proxy and the channel's spelling, then try again."),
  drift_in_the_way: trans => trans.__('Adopt or restore what was changed first.'),
  environment_archived: trans => trans.__('Recreate it, exactly as it was.'),
  environment_broken: trans =>
    trans.__('Restore it from its lock, go back to an earlier generation, or remove it.'),
  environment_busy: trans => trans.__('Wait for it, or cancel it.'),
  environment_not_archived: trans => trans.__('Restore it to build it anew from its lock.'),
  environment_not_found: trans => trans.__('Refresh the list to see those that exist.'),
  generation_not_found: trans => trans.__('Refresh the list to see its generations.'),
  gpu_required: trans =>
    trans.__('Choose a profile of the machines that it is for, or make it on one that has a GPU.'),
  interrupted: trans =>
    trans.__('What was there before is as it was. Resume it: what was downloaded is kept.'),
  kernels_running: trans => trans.__('Shut its kernels down first, or remove it all the same.'),
  name_missing: trans => trans.__("Add 'name: my-env' to the file, or give a name."),
  name_taken: trans => trans.__('Choose another name, or update that environment.'),
  operation_ended: trans => trans.__('Nothing was changed; its log tells how it ended.'),
  operation_not_found: trans => trans.__('Refresh the list to see those that are known.'),
  path_too_long: trans => trans.__('Use a shorter name.'),
  profile_not_found: trans =>
    trans.__('Choose one of those; an administrator declares profiles in the policy.'),
  solve_timeout: trans => trans.__('Pin the main packages: python, and those with many versions.'),
  stack_not_found: trans => trans.__('Open the page of stacks to see those that there are.'),
  stack_unfit: trans => trans.__('Choose another target, or a stack that fits this machine.'),
  store_read_only: trans =>
    trans.__('Set another folder: EnvsApp.envs_dir of the server, or envs_dirs in .condarc.')
};

/** A word that only makes sense at a command line. */
const COMMAND_LINE = /jupyter envs|(^|\W)--\w/;

/** Texts as they are in the source. */
const english = { trans: nullTranslator.load('jupyter_envs') };

/** One sentence: what is wrong. */
export function messageOf(problem: Problem, trans: TranslationBundle): string {
  return say(ERRORS[problem.code], problem.params, trans) ?? problem.message;
}

/** What the person can do next, or null. */
export function hintOf(problem: Problem, trans: TranslationBundle): string | null {
  const usual = HINTS[problem.code];
  if (problem.hint === null || COMMAND_LINE.test(problem.hint)) {
    return say(HINTS_HERE[problem.code] ?? usual, problem.params, trans);
  }
  // A hint that was made for this case says more than the usual one of its code.
  const isUsual = say(usual, problem.params, english.trans) === problem.hint;
  return isUsual ? (say(usual, problem.params, trans) ?? problem.hint) : problem.hint;
}

/** What is to be said of a place in a file. */
export function diagnosticText(diagnostic: Diagnostic, trans: TranslationBundle): string {
  return say(DIAGNOSTICS[diagnostic.code], diagnostic.params, trans) ?? diagnostic.message;
}

/** What a fix does: the label of a button. */
export function fixText(fix: Fix, trans: TranslationBundle): string {
  return trans.__('Fix: %1', say(FIXES[fix.code], fix.params, trans) ?? fix.title);
}

/** What belongs to a problem and can be unfolded: lines of a conflict or of a log. */
export function detailsOf(problem: Problem): string[] {
  const details = problem.details;
  if (typeof details === 'string') {
    return details.split('\n');
  }
  const lines = isRecord(details) ? details.lines : details;
  return Array.isArray(lines) ? lines.filter(line => typeof line === 'string') : [];
}

/** The diagnostics that a problem carries, if it is about a file. */
export function diagnosticsOf(problem: Problem): Diagnostic[] {
  const details = problem.details;
  return Array.isArray(details) ? details.filter(isDiagnostic) : [];
}

/** A text with its params; null where there is none. */
export function say(
  text: Text | undefined,
  params: Readonly<Record<string, unknown>>,
  trans: TranslationBundle
): string | null {
  return text?.(trans, name => plain(params[name])) ?? null;
}

/** A param as text. */
export function plain(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return value === undefined ? '' : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return isRecord(value) && 'severity' in value && 'start' in value;
}
