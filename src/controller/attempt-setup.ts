import type { EventBody } from '../events.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import type { Task } from '../task/task.ts';
import type { TokenModel } from '../token-model.ts';

/** What one attempt at one task works with. */
export interface AttemptSetup {
  readonly task: Task;
  readonly options: ResolvedOptions;
  readonly model: TokenModel;
  readonly runner: ProgramRunner;
  /** Aborts with a RunStopped to end the run in order, with anything else to end it for good. */
  readonly signal: AbortSignal;
  readonly emit: (body: EventBody) => void;
}
