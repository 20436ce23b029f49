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
export type Check = Schemas['CheckAnswer'];
export type Problem = Schemas['Problem'];
export type Source = Schemas['CreateBody']['source'];

export type Drift = Schemas['DriftView'];
export type DriftReport = Schemas['DriftReport'];
export type Storage = Schemas['StorageView'];
export type EnvironmentStorage = Schemas['EnvironmentStorage'];
export type CleanPlan = Schemas['CleanPlan'];
export type CleanItem = Schemas['CleanItem'];
export type SourceState = Schemas['SourceState'];
export type TrackedFile = Schemas['TrackedFile'];
export type Verdict = Schemas['VerdictView'];

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
