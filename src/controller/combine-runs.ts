import type { RunCounters } from '../events.ts';
import type { RunResult } from './fold-run.ts';

/** What came of several runs on one task: the chosen one's result, and what all of them cost. */
export interface CombinedResult extends RunResult {
  /** Index of the run whose program this is. */
  readonly chosen: number;
  /** In their order; undefined: not started. */
  readonly runs: readonly (RunResult | undefined)[];
}

const counters = [
  'newTokens',
  'guidedTokens',
  'changedTokens',
  'candidateTokens',
  'draftedTokens',
  'acceptedTokens',
  'rows',
  'cachedTokens',
  'executions',
] as const satisfies readonly (keyof RunCounters)[];

/** `sharedRows`: put through the model for all of the runs together. */
export function combineRuns(
  runs: readonly (RunResult | undefined)[],
  chosen: number,
  { sharedRows, elapsedMs }: { sharedRows: number; elapsedMs: number },
): CombinedResult {
  const result = runs[chosen];
  if (!result) throw new TypeError(`Expected a run that was started for \`chosen\` but received ${chosen}`);
  const sums = Object.fromEntries(
    counters.map((counter) => [counter, runs.reduce((sum, run) => sum + (run?.[counter] ?? 0), 0)]),
  ) as unknown as RunCounters;
  return { ...result, ...sums, rows: sums.rows + sharedRows, elapsedMs, chosen, runs };
}
