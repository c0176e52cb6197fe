import type { EventBody } from '../events.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import type { SignalEntry } from '../signal/signal-entry.ts';
import type { Task } from '../task/task.ts';
import type { TokenModel } from '../token-model.ts';
import type { RecordedRun } from './recorded-run.ts';

/**
 * Stands between what the candidates did and the signal, for experiments on what of it helps: the entries it
 * returns are written in place of those it gets, none of them for no signal. Drafts, `stopOnPass` and events
 * still see what really happened. Called once a refresh, `refresh` counting from 0.
 */
export type SignalRewriter = (entries: readonly SignalEntry[], refresh: number) => readonly SignalEntry[];

/** What one attempt at one task works with. */
export interface AttemptSetup {
  readonly task: Task;
  readonly options: ResolvedOptions;
  readonly model: TokenModel;
  readonly runner: ProgramRunner;
  /** Aborts with a RunStopped to end the run in order, with anything else to end it for good. */
  readonly signal: AbortSignal;
  /** Aborts to end it for good, also where it is being ended in order. */
  readonly abortSignal: AbortSignal;
  readonly emit: (body: EventBody) => void;
  /** Rows that a budget of several runs has left; by default they have none. */
  readonly rowsLeft?: (() => number) | undefined;
  readonly rewriteSignal?: SignalRewriter | undefined;
  /** Its events stand already, and are not emitted again. */
  readonly recorded?: RecordedRun | undefined;
}
