import type { RunCounters, RunEvent } from '../events.ts';
import { resolveOptions, type SolveOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import { parseTask, type Task, type TaskInput } from '../task/task.ts';
import type { TokenModel } from '../token-model.ts';
import { Attempt } from './attempt.ts';
import type { AttemptSetup, SignalRewriter } from './attempt-setup.ts';
import { checkTests } from './check-tests.ts';
import { EventLog } from './event-log.ts';
import { foldRun, mustBeOneRun, type RunResult } from './fold-run.ts';
import { mustHave } from './must-have.ts';
import { keptEvents, mustBeSameRun, recordedRun } from './recorded-run.ts';
import { startWork, type Underway } from './underway.ts';

export interface SolveSetup extends SolveOptions {
  readonly engine: TokenModel;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal;
  /**
   * The events of the same run, from an earlier time or process, as far as it came: they are told again, and the run goes
   * on behind them (a whole one is only told again). It writes what it would have written; what has to be read again
   * counts as rows.
   */
  readonly resume?: readonly RunEvent[];
  /** For experiments on the signal. */
  readonly rewriteSignal?: SignalRewriter;
}

/** A run under way: iterate it for its events, await it for its result, both if you like, as often as you like. */
export interface Run extends Underway<RunResult, RunEvent> {
  /** What it has cost so far; undefined before it starts, in the turn of the event loop after the call. */
  readonly counters: RunCounters | undefined;
}

/**
 * Writes a program for a task by execution-guided generation (EG-CFG, arXiv 2506.10948) and judges it by the
 * task's visible tests. A program that does not pass is a result, not an error; what throws is a wrong task
 * or option or the events of another run (at once) and a broken model or runner or an abort (on iteration and on awaiting).
 */
export function solve(taskInput: TaskInput, setup: SolveSetup): Run {
  mustHave(setup, 'engine', 'runner');
  const task = parseTask(taskInput);
  return startRun(task, setup, { check: (abortSignal) => checkTests(task, setup.runner, abortSignal) });
}

/** A run of a checked task; `check`: what is left to look at before it begins. `rowsLeft`: see `AttemptSetup`. */
export function startRun(
  task: Task,
  setup: SolveSetup,
  {
    check,
    rowsLeft,
  }: Pick<AttemptSetup, 'rowsLeft'> & { check?: (abortSignal: AbortSignal) => Promise<void> },
): Run {
  const { engine: model, runner, signal, rewriteSignal, resume = [], ...options } = setup;
  const resolved = resolveOptions(options);
  mustBeOneRun(resume);
  if (resume.length > 0)
    mustBeSameRun(resume, { task, model: model.name, runner: runner.name, options: resolved });
  const kept = keptEvents(resume);
  const recorded = recordedRun(kept);
  const log = new EventLog(kept);
  const emit = log.emit.bind(log);
  let attempt: Attempt | undefined;
  const work = async (signals: Pick<AttemptSetup, 'signal' | 'abortSignal'>): Promise<RunResult> => {
    if (kept.length > 0 && !recorded) return foldRun(kept);
    await check?.(signals.abortSignal);
    const at = { task, options: resolved, model, runner, ...signals };
    attempt = new Attempt({ ...at, emit, rowsLeft, rewriteSignal, recorded });
    await attempt.run();
    return foldRun(log.events);
  };
  const { wallClockMs } = resolved.budget;
  const leftMs = wallClockMs === undefined ? undefined : Math.max(0, wallClockMs - log.elapsedMs);
  const underway = startWork(work, log, { signal, wallClockMs: leftMs });
  return Object.defineProperty(underway, 'counters', { get: () => attempt?.counters }) as Run;
}
