import type { EndReason, RunCounters, RunEnd, RunEvent, RunStart } from '../events.ts';
import type { TestResult } from '../program-runner.ts';

/** What came of a run. */
export interface RunResult extends RunCounters {
  readonly taskId: string;
  readonly program: string;
  /** Every visible test passed. */
  readonly solved: boolean;
  readonly testsPassed: number;
  readonly testsTotal: number;
  readonly results: readonly TestResult[];
  readonly endedBy: EndReason;
  /** Lines of the answer that were completed. */
  readonly lines: number;
  readonly elapsedMs: number;
}

/** The result of a run is what its events say: a stored or replayed run gives the same. */
export function foldRun(events: readonly RunEvent[]): RunResult {
  const start = events.find((event): event is RunStart => event.type === 'run-start');
  const end = events.find((event): event is RunEnd => event.type === 'run-end');
  if (!start || !end) throw new TypeError('Expected the events of a whole run, `run-start` to `run-end`');
  const testsPassed = end.results.filter(({ outcome }) => outcome === 'passed').length;
  return {
    taskId: start.taskId,
    program: end.program,
    solved: testsPassed === end.results.length,
    testsPassed,
    testsTotal: end.results.length,
    results: end.results,
    endedBy: end.endedBy,
    lines: events.filter(({ type }) => type === 'line-end').length,
    elapsedMs: end.elapsedMs,
    ...end.counters,
  };
}
