import type { components } from './generated/api';

type Schemas = components['schemas'];

export type Info = Schemas['Info'];
export type Environment = Schemas['EnvironmentView'];
export type Generation = Schemas['GenerationView'];
export type Package = Schemas['PackageView'];
export type Process = Schemas['ProcessView'];
export type Operation = Schemas['OperationView'];
export type OperationEvent = Schemas['EventView'];
export type Diagnostic = Schemas['Diagnostic'];
export type Fix = Schemas['Fix'];
export type Check = Schemas['CheckAnswer'];
export type Problem = Schemas['Problem'];
export type Source =
  Schemas['CreateBody']['source'] | { kind: 'stack'; id: string; target: string | null };

export type Drift = Schemas['DriftView'];
export type DriftReport = Schemas['DriftReport'];
export type AdoptionPreview = Schemas['AdoptionPreview'];
export type Storage = Schemas['StorageView'];
export type EnvironmentStorage = Schemas['EnvironmentStorage'];
export type CleanPlan = Schemas['CleanPlan'];
export type CleanItem = Schemas['CleanItem'];
export type SourceInfo = Schemas['SourceInfo'];
export type SourceState = Schemas['SourceState'];
export type TrackedFile = Schemas['TrackedFile'];
export type Verdict = Schemas['VerdictView'];

export type Audit = Schemas['Audit'];
export type AuditKernel = Schemas['AuditKernel'];
export type AuditCurrent = Schemas['AuditCurrent'];
export type DigestView = Schemas['DigestView'];
export type Difference = Schemas['Difference'];
export type Fault = Schemas['Fault'];

export type Hardware = Schemas['Hardware'];
export type Device = Schemas['Device'];
export type Slice = Schemas['Slice'];
export type Host = Schemas['Host'];
export type Note = Schemas['Note'];
export type Holders = Schemas['Holders'];
export type KernelUse = Schemas['KernelUse'];
export type ProcessUse = Schemas['ProcessUse'];
export type Shares = Schemas['Shares'];

export type Choice = Schemas['Choice'];
export type Reason = Schemas['Reason'];

export type Probe = Schemas['ProbeView'];

export type StackTarget = Schemas['StackTargetView'];
export type Stack = Schemas['StackView'];
export type Stacks = Schemas['StacksView'];

export type Finding = Schemas['Finding'];
export type FixAction = NonNullable<Finding['fix']['action']>;
export type DoctorReport = Schemas['DoctorReport'];

/** A line of the ledger; which of its keys there are depends on the action. */
export interface PastEvent {
  time: string;
  action: string;
  actor?: string;
  store?: string;
  environment?: string;
  generation?: number | null;
  lock_digest?: string | null;
  notebook?: string | null;
  user?: string | null;
  drift?: string | null;
}

/** What is asked of the past; `at` is ISO 8601. */
export interface AuditQuery {
  at?: string;
  notebook?: string;
  environment?: string;
  digest?: string;
}

/** What the event bus tells of an operation: all but its result and its error. */
export type OperationChange = Omit<Operation, 'result' | 'error' | 'resumable'>;

/** An event of the schema `urn:jupyter_envs:events:changes:v1`. */
export interface Changes {
  environments: boolean;
  operations: OperationChange[];
}

/** States from which an operation does not go on by itself. */
export const ENDED: readonly Operation['state'][] = [
  'succeeded',
  'failed',
  'cancelled',
  'interrupted'
];

/** Whether a finding can be put right by a change of the text, as some can by how it is saved. */
export function isFixable(diagnostic: Diagnostic): diagnostic is Diagnostic & { fix: Fix } {
  return (diagnostic.fix?.edits.length ?? 0) > 0;
}

/** Those that can be put right without a question: the text means the same afterwards. */
export function safelyFixable(diagnostics: readonly Diagnostic[]): (Diagnostic & { fix: Fix })[] {
  return diagnostics.filter(isFixable).filter(one => one.fix.safe);
}
