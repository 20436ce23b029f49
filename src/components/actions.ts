import type { Environment, KernelUse, Operation } from '../types';

/** Everything a person can ask for in the panel. */
export interface Actions {
  newEnvironment(): void;
  /** Choose a stack to make an environment from. */
  openStacks(): void;
  refresh(): void;
  openNotebook(environment: Environment): void;
  openConsole(environment: Environment): void;
  openTerminal(environment: Environment): void;
  openSource(environment: Environment): void;
  update(environment: Environment): void;
  rollback(environment: Environment, generation: number): void;
  clone(environment: Environment): void;
  download(environment: Environment, format: string): void;
  remove(environment: Environment): void;
  openHistory(environment: Environment): void;
  openAudit(): void;
  /** Let the kernels of earlier generations start anew from the current one. */
  moveKernels(environment: Environment): void;
  /** Write what was changed into the environment.yml, and build from that. */
  adopt(environment: Environment): void;
  /** Build what the lock says anew. */
  restore(environment: Environment): void;
  /** Live with what was changed. */
  keep(environment: Environment): void;
  /** Compare every file with the lock. */
  checkFiles(environment: Environment): void;
  /** Keep its file and its lock only. */
  archive(environment: Environment): void;
  /** Make it again after it was archived. */
  recreate(environment: Environment): void;
  /** Show how its file differs from what it was made from, and from what Git has. */
  compareSource(environment: Environment): void;
  /** Look at how much space everything takes. */
  measure(): void;
  /** Free space, after it was shown what goes. */
  clean(): void;
  /** Let its frameworks compute a little, on the GPU where there is one. */
  probe(environment: Environment): void;
  /** What is wrong here, or with an environment. */
  openDoctor(environment: Environment | null): void;
  /** End a kernel that holds memory of a GPU, after a question. */
  shutDown(kernel: KernelUse): void;
  cancel(operation: Operation): void;
  resume(operation: Operation): void;
  dismiss(operation: Operation): void;
  /** The log of an operation is looked at. */
  showLog(operation: Operation): void;
}
