import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchmarksFolder, type ReferenceSet, referenceTasks } from '../../bench/support/reference-tasks.ts';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ProgramRunner } from '../../src/program-runner.ts';

const found = benchmarksFolder() !== undefined;
if (!found)
  console.log(
    'The public sets are not here (TRACEWISE_BENCHMARKS, ../shared/benchmarks): their references are not run.',
  );

describe.skipIf(!found)('every reference solution passes its own tests, judged outside', () => {
  let runner: ProgramRunner;
  beforeAll(async () => {
    runner = await createRunner({ maxWorkers: 2 });
  });
  afterAll(() => runner.dispose());

  const runAll = (set: ReferenceSet, trace: boolean) =>
    Promise.all(
      referenceTasks(set).map(async ({ id, ...request }) => {
        const { results } = await runner.run({ ...request, trace, limits: { timeoutMs: 100_000 } });
        return results.map(({ outcome, judged }, i) => ({ id, i, outcome, judged }));
      }),
    );

  test.each([
    ['humaneval', true, 164],
    ['humaneval', false, 164],
    ['mbpp', true, 2922],
    ['mbpp', false, 2922],
  ] as const)('%s, traced: %s', { timeout: 300_000 }, async (set, trace, count) => {
    const results = (await runAll(set, trace)).flat();
    expect(results).toHaveLength(count);
    expect(results.filter(({ outcome, judged }) => outcome !== 'passed' || judged !== 'outside')).toEqual([]);
  });

  test('a function that returns None passes no test of HumanEval', { timeout: 120_000 }, async () => {
    const reports = await Promise.all(
      referenceTasks('humaneval').map(({ entryPoint, tests }) =>
        runner.run({
          program: `def ${entryPoint}(*args):\n    return None`,
          entryPoint,
          tests,
          trace: false,
        } as Parameters<ProgramRunner['run']>[0]),
      ),
    );
    expect(reports.filter(({ results }) => results[0]!.outcome === 'passed')).toEqual([]);
  });
});
