import { fileURLToPath } from 'node:url';
import { createRunner } from '../src/execution/create-runner.ts';
import type { ProgramRunner } from '../src/program-runner.ts';
import { type ReferenceSet, referenceTasks } from './support/reference-tasks.ts';

export interface ReferencesOptions {
  readonly quick?: boolean;
  /** Comma-separated: humaneval, mbpp, humaneval-et, mbpp-et. */
  readonly sets?: string;
  readonly backend?: 'pyodide' | 'cpython';
  /** `cpython`: which Python. */
  readonly python?: string;
  readonly workers?: string;
  /** Print every test that its reference solution does not pass. */
  readonly verbose?: string;
}

const timeoutMs = 10_000;

/** Runs every reference solution on its own tests, traced and untraced: what passes, what fails and by what. */
export async function main(
  options: ReferencesOptions = {},
): Promise<{ name: string; figures: Record<string, number> }> {
  const sets = (
    options.sets ?? (options.quick ? 'humaneval,mbpp' : 'humaneval,mbpp,humaneval-et,mbpp-et')
  ).split(',');
  const runner = await createRunner({
    backend: options.backend ?? 'pyodide',
    maxWorkers: Number(options.workers ?? 2),
    ...(options.python && { python: options.python }),
  });
  const figures: Record<string, number> = {};
  try {
    console.log(runner.name);
    for (const set of sets as ReferenceSet[]) {
      for (const trace of options.quick ? [false] : [false, true]) {
        const counts = await runSet(runner, set, trace, options.verbose === 'true');
        for (const [key, count] of Object.entries(counts))
          figures[`${set}.${trace ? 'traced' : 'untraced'}.${key}`] = count;
      }
    }
  } finally {
    await runner.dispose();
  }
  return { name: 'references', figures };
}

async function runSet(runner: ProgramRunner, set: ReferenceSet, trace: boolean, verbose: boolean) {
  const counts: Record<string, number> = { tests: 0, passed: 0, tasks: 0, tasks_passed: 0, inside: 0 };
  const started = performance.now();
  await Promise.all(
    referenceTasks(set).map(async ({ id, tests, ...request }) => {
      const { results } = await runner.run({ ...request, tests, trace, limits: { timeoutMs } });
      counts.tasks!++;
      if (results.every(({ outcome }) => outcome === 'passed')) counts.tasks_passed!++;
      for (const [i, { outcome, judged, exception, detail }] of results.entries()) {
        counts.tests!++;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        if (judged === 'inside') counts.inside!++;
        const test = tests[i]!;
        const source = test.kind === 'assert' ? test.source : test.kind;
        if (verbose && (outcome !== 'passed' || judged === 'inside')) {
          console.log(
            [id, outcome, judged, exception?.type, exception?.message ?? detail, source.slice(0, 150)].join(
              ' | ',
            ),
          );
        }
      }
    }),
  );
  counts.seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(set, trace ? 'traced' : 'untraced', counts);
  return counts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main({ verbose: 'true', ...JSON.parse(process.argv[2] ?? '{}') });
  console.log(JSON.stringify({ name: 'references', figures }));
}
