import type { EndReason, RunCounters, RunEnd, RunEvent, RunStart } from '../events.ts';
import type { TestResult } from '../program-runner.ts';

/** What came of a run. */
export interface RunResult extends RunCounters {
  readonly taskId: string;
  readonly program: string;
  /** Every visible test passed. False where none was run. */
  readonly solved: boolean;
  readonly testsPassed: number;
  /** 0 for the run of an agent that was outrun: nobody waits for its verdict. */
  readonly testsTotal: number;
  readonly results: readonly TestResult[];
  readonly endedBy: EndReason;
  /** Lines of the answer that were completed. */
  readonly lines: number;
  readonly elapsedMs: number;
}

/**
 * The result of a run is what its events say: a stored or replayed run gives the same. Throws a TypeError for the events
 * of no whole run, or of several (`foldRace`).
 */
export function foldRun(events: readonly RunEvent[]): RunResult {
  const start = events.find((event): event is RunStart => event.type === 'run-start');
  const end = events.find((event): event is RunEnd => event.type === 'run-end');
  if (!start || !end) throw new TypeError('Expected the events of a whole run, `run-start` to `run-end`');
  mustBeOneRun(events);
  const testsPassed = end.results.filter(({ outcome }) => outcome === 'passed').length;
  return {
    taskId: start.task.id,
    program: end.program,
    solved: testsPassed > 0 && testsPassed === end.results.length,
    testsPassed,
    testsTotal: end.results.length,
    results: end.results,
    endedBy: end.endedBy,
    lines: events.filter(({ type }) => type === 'line-end').length,
    elapsedMs: end.elapsedMs,
    ...end.counters,
  };
}

/** Throws a TypeError for the events of several runs. */
export function mustBeOneRun(events: readonly RunEvent[]): void {
  if (events.filter(({ type }) => type === 'run-start').length > 1)
    throw new TypeError(
      'Expected the events of one run but received those of several; take `foldRace`, or those of one `agent`',
    );
}
