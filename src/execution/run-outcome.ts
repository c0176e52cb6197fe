import type { TestResult } from '../program-runner.ts';
import { readTrace } from './read-trace.ts';

/** The result of a test whose thread was ended from outside. */
export function hungResult(traceLines: string, elapsedMs: number): TestResult {
  return {
    outcome: 'timed-out',
    detail: 'ended from outside: it hung in one call of C',
    stdout: '',
    stdoutTruncated: false,
    traceEnded: 'killed',
    ...readTrace(traceLines),
    elapsedMs,
  };
}
