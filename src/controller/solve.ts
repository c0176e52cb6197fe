import type { RunEvent } from '../events.ts';
import { resolveOptions, type SolveOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import { parseTask, type TaskInput } from '../task/task.ts';
import type { TokenModel } from '../token-model.ts';
import { Attempt } from './attempt.ts';
import { EventLog } from './event-log.ts';
import { foldRun, type RunResult } from './fold-run.ts';
import { RunStopped } from './run-stopped.ts';

export interface SolveSetup extends SolveOptions {
  readonly engine: TokenModel;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal;
}

/** A run under way: iterate it for its events, await it for its result, both if you like, as often as you like. */
export interface Run extends PromiseLike<RunResult>, AsyncIterable<RunEvent> {
  readonly result: Promise<RunResult>;
  /** Ends the run within one decode step; iteration and result reject with the reason. */
  abort(reason?: unknown): void;
}

/**
 * Writes a program for a task by execution-guided generation (EG-CFG, arXiv 2506.10948) and judges it by the
 * task's visible tests. A program that does not pass is a result, not an error; what throws is a wrong task
 * or option (at once) and a broken model or runner or an abort (on iteration and on awaiting).
 */
export function solve(taskInput: TaskInput, { engine, runner, signal, ...options }: SolveSetup): Run {
  const task = parseTask(taskInput);
  const resolved = resolveOptions(options);
  const log = new EventLog();
  const controller = new AbortController();
  const abort = (reason?: unknown) => controller.abort(reason);
  const onAbort = () => abort(signal?.reason);
  const work = async (): Promise<RunResult> => {
    const { wallClockMs } = resolved.budget;
    const timer =
      wallClockMs === undefined
        ? undefined
        : setTimeout(() => abort(new RunStopped('wall-clock')), wallClockMs);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    try {
      controller.signal.throwIfAborted();
      const emit = log.emit.bind(log);
      await new Attempt({
        task,
        options: resolved,
        model: engine,
        runner,
        signal: controller.signal,
        emit,
      }).run();
      log.end();
      return foldRun(log.events);
    } catch (reason) {
      log.fail(reason);
      throw reason;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  const result = Promise.resolve().then(work);
  // A run that is only iterated has told its failure there.
  result.catch(() => {});
  return {
    result,
    abort,
    // biome-ignore lint/suspicious/noThenProperty: a run is awaitable by design
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    [Symbol.asyncIterator]: () => log.read(),
  };
}
