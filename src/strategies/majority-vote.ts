import { type Race, runAgents } from '../agents/race.ts';
import type { RunResult } from '../controller/fold-run.ts';
import type { TestResult } from '../program-runner.ts';
import type { TaskInput } from '../task/task.ts';
import { plainSamples, type SamplingSetup } from './sampling.ts';

/**
 * Samples plain programs, all of them, and lets them vote by what they do: programs that gave the same on every
 * visible test's call are one group, and the first program of the largest group is taken (MBR-Exec's majority,
 * arXiv 2204.11454). Only the tests' calls decide, never what they expect; a test whose call is not known, such as
 * HumanEval's `check`, tells no two programs apart. Programs that a budget cut off vote only where none was finished,
 * those that gave nothing on any call only where all that are left are such; ties: the group whose first program was
 * drawn first.
 */
export function majorityVote(task: TaskInput, setup: SamplingSetup): Race {
  return runAgents(task, plainSamples(setup), { endsAtPass: false, choose: largestGroup });
}

function largestGroup(runs: readonly (RunResult | undefined)[]): number {
  const drawn = runs.flatMap((run, i) => (run ? [{ ...run, i }] : []));
  const finished = whereAny(drawn, ({ endedBy }) => endedBy === 'end-of-code');
  const voters = whereAny(finished, ({ results }) => results.some(cameToEnd));
  const groups = new Map<string, number[]>();
  for (const { i, results } of voters) {
    const did = JSON.stringify(results.map(whatItDid));
    groups.set(did, [...(groups.get(did) ?? []), i]);
  }
  const largest = Math.max(...[...groups.values()].map(({ length }) => length));
  return [...groups.values()].find(({ length }) => length === largest)![0]!;
}

/** Those of which it holds; all of them where it holds of none. */
function whereAny<T>(all: readonly T[], holds: (one: T) => boolean): readonly T[] {
  const those = all.filter(holds);
  return those.length > 0 ? those : all;
}

function cameToEnd({ outcome }: TestResult): boolean {
  return outcome === 'passed' || outcome === 'failed';
}

/** Of a test: what was returned and written, or how else it ended; not whether that was expected. */
function whatItDid(result: TestResult): unknown[] {
  const { outcome, returned, exception, stdout } = result;
  return [cameToEnd(result) ? 'ended' : outcome, returned, exception?.type, stdout];
}
