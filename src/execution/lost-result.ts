import type { TestResult } from '../program-runner.ts';
import { readTrace } from './read-trace.ts';

/** A run whose thread is gone: ended by the watchdog, or by what the program did. */
export interface LostRun {
  readonly hung: boolean;
  readonly traceLines: string;
  readonly elapsedMs: number;
}

/** The result of a test whose thread is gone. */
export function lostResult({ hung, traceLines, elapsedMs }: LostRun): TestResult {
  return {
    outcome: hung ? 'timed-out' : 'killed',
    detail: hung ? 'ended from outside: it hung in one call of C' : 'its thread ended',
    stdout: '',
    stdoutTruncated: false,
    traceEnded: 'killed',
    ...readTrace(traceLines),
    elapsedMs,
  };
}
