import { fileURLToPath } from 'node:url';
import { createRunner } from '../src/execution/create-runner.ts';
import type { ProgramRunner, ProgramTest, TestResult } from '../src/program-runner.ts';
import { type ReferenceSet, type ReferenceTask, referenceTasks } from './support/reference-tasks.ts';
import { VerdictStore } from './support/verdict-store.ts';

// What is kept at once where verdicts are kept; a few references take seconds a test.
const testsAMessage = 5;

type Backend = 'pyodide' | 'cpython';

export interface ReferencesOptions {
  readonly quick?: boolean;
  /** Comma-separated: humaneval, mbpp, humaneval-et, mbpp-et, ds-1000 (cpython alone). */
  readonly sets?: string;
  /** Comma-separated where verdicts are to be compared: pyodide,cpython. */
  readonly backend?: string;
  /** `cpython`: which Python, and comma-separated what it imports once. */
  readonly python?: string;
  readonly preload?: string;
  readonly workers?: string;
  readonly timeoutMs?: string;
  /** Of `ds-1000`: one library's tasks. */
  readonly group?: string;
  /** Comma-separated: untraced,traced. */
  readonly modes?: string;
  /** No test is begun after so long; those that every pass has are compared. 0: only compare what the store has. */
  readonly minutes?: string;
  /** Folder where verdicts are kept as they come: a later call goes on where this one ended; delete it to begin anew. */
  readonly store?: string;
  /** `true`: print every test that its reference does not pass, or that ends in more than one way. */
  readonly verbose?: string;
}

/**
 * Runs every reference solution on its own tests, traced and untraced, in each backend: what passes, what fails and by
 * what, and whether the verdicts are the same. `compared` counts tests that every pass has run, `different` those whose
 * outcomes are not the same.
 */
export async function main(
  options: ReferencesOptions = {},
): Promise<{ name: string; figures: Record<string, number> }> {
  const sets = (
    options.sets ?? (options.quick ? 'humaneval,mbpp' : 'humaneval,mbpp,humaneval-et,mbpp-et')
  ).split(',') as ReferenceSet[];
  const modes = (options.modes ?? (options.quick ? 'untraced' : 'untraced,traced')).split(',');
  const until = performance.now() + 60_000 * Number(options.minutes ?? Number.POSITIVE_INFINITY);
  const figures: Record<string, number> = {};
  const passes = new Map<string, VerdictStore[]>(sets.map((set) => [set, []]));
  for (const backend of (options.backend ?? 'pyodide').split(',') as Backend[]) {
    const runner = await start(backend, options);
    try {
      console.log(runner.name);
      for (const set of sets) {
        for (const mode of modes) {
          const pass = await runSet(runner, set, backend, mode, until, options);
          passes.get(set)!.push(pass);
          const counts = countsOf(pass);
          console.log(set, mode, counts);
          for (const [key, count] of Object.entries(counts))
            figures[`${set}.${backend}.${mode}.${key}`] = count;
        }
      }
    } finally {
      await runner.dispose();
    }
  }
  for (const [set, ofSet] of passes)
    Object.assign(figures, compare(set, verdictsOf(tasksOf(set as ReferenceSet, options), ofSet), options));
  return { name: 'references', figures };
}

function start(backend: Backend, { workers, python, preload }: ReferencesOptions) {
  return createRunner({
    backend,
    maxWorkers: Number(workers ?? 2),
    ...(backend === 'cpython' && {
      python: python ?? '/usr/bin/python3',
      preload: preload?.split(',') ?? [],
    }),
  });
}

function tasksOf(set: ReferenceSet, { group }: ReferencesOptions): ReferenceTask[] {
  return referenceTasks(set).filter((task) => !group || task.group === group);
}

async function runSet(
  runner: ProgramRunner,
  set: ReferenceSet,
  backend: Backend,
  mode: string,
  until: number,
  options: ReferencesOptions,
): Promise<VerdictStore> {
  const pass = new VerdictStore(options.store, `${set}.${backend}.${mode}`);
  const timeoutMs = Number(options.timeoutMs ?? 10_000);
  const limits = { timeoutMs, ...(set === 'ds-1000' && { memoryBytes: 2 ** 31 }) };
  const each = async ({ id, group: _, tests, ...request }: ReferenceTask) => {
    const first = pass.get(id).ends.length;
    for (let from = first; from < tests.length && performance.now() < until; from += testsAMessage) {
      const part = tests.slice(from, from + testsAMessage);
      const { results } = await runner.run({ ...request, tests: part, trace: mode === 'traced', limits });
      const inside = results.filter(({ judged }) => judged === 'inside').length;
      pass.add(id, { ends: results.map(endOf), inside });
    }
  };
  await Promise.all(tasksOf(set, options).map(each));
  return pass;
}

function countsOf({ tasks }: VerdictStore): Record<string, number> {
  const outcomes = tasks.map(({ ends }) => ends.map(outcomeOf));
  const counts: Record<string, number> = {
    tasks: tasks.length,
    tasks_passed: outcomes.filter((ofTask) => ofTask.every((outcome) => outcome === 'passed')).length,
    tests: outcomes.flat().length,
    inside: tasks.reduce((sum, { inside }) => sum + inside, 0),
  };
  for (const outcome of outcomes.flat()) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** One test that every pass has run, with how it ended in each. */
interface Verdict {
  readonly name: string;
  readonly group: string | undefined;
  readonly source: string;
  readonly ends: readonly string[];
}

function verdictsOf(tasks: readonly ReferenceTask[], passes: readonly VerdictStore[]): Verdict[] {
  return tasks.flatMap(({ id, group, tests }) => {
    const run = Math.min(...passes.map((pass) => pass.get(id).ends.length));
    return tests.slice(0, run).map((test, i) => ({
      name: `${id}#${i}`,
      group,
      source: sourceOf(test),
      ends: passes.map((pass) => pass.get(id).ends[i]!),
    }));
  });
}

function sourceOf(test: ProgramTest): string {
  return test.kind === 'assert' ? test.source : test.kind;
}

/** How a test ended: its outcome, and the exception or what else is told. */
function endOf({ outcome, exception, detail }: TestResult): string {
  return [outcome, exception?.type, exception?.message ?? detail]
    .filter(Boolean)
    .join(' | ')
    .replaceAll('\n', ' ')
    .slice(0, 160);
}

const outcomeOf = (end: string) => end.split(' | ')[0]!;
const causeOf = (end: string) => end.split(' | ').slice(0, 2).join(' ');

function compare(set: string, all: readonly Verdict[], { verbose }: ReferencesOptions) {
  const different = all.filter(({ ends }) => new Set(ends.map(outcomeOf)).size > 1);
  const notPassed = all.filter(({ ends }) => ends.some((end) => outcomeOf(end) !== 'passed'));
  const causes = new Map<string, number>();
  for (const { group, ends } of notPassed) {
    const cause = [group, ...new Set(ends.map(causeOf))].filter(Boolean).join(' / ');
    causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  console.log(
    `${set}: ${all.length} tests, ${notPassed.length} not passed everywhere, ${different.length} differ`,
  );
  for (const [cause, count] of [...causes].sort((a, b) => b[1] - a[1])) console.log(`${count} x ${cause}`);
  if (verbose === 'true') {
    for (const { name, group, source, ends } of notPassed)
      console.log([name, group ?? '', [...new Set(ends)].join(' <> '), source.slice(0, 200)].join(' || '));
  }
  const groups = [...new Set(all.map(({ group }) => group))].filter((group) => group !== undefined);
  const byGroup = groups.flatMap((group) => {
    const own = all.filter((verdict) => verdict.group === group);
    const passed = own.filter((verdict) => !notPassed.includes(verdict));
    return [
      [`${set}.${group}.tests`, own.length],
      [`${set}.${group}.passed`, passed.length],
    ] as const;
  });
  return {
    [`${set}.compared`]: all.length,
    [`${set}.different`]: different.length,
    ...Object.fromEntries(byGroup),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main({ verbose: 'true', ...JSON.parse(process.argv[2] ?? '{}') });
  console.log(JSON.stringify({ name: 'references', figures }));
}
