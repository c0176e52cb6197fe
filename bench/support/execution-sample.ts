import { benchmarksFolder, type ReferenceTask, referenceTasks } from './reference-tasks.ts';

const task = (id: string, program: string, ...sources: string[]): ReferenceTask => ({
  id,
  program,
  tests: sources.map((source) => ({ kind: 'assert', source })),
});

/** Small programs of our own, for where no public set is at hand. */
const ownTasks = [
  task(
    'sum',
    'def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total',
    'assert f([1, 2, 3]) == 6',
  ),
  task(
    'words',
    'def f(s):\n    out = {}\n    for w in s.split():\n        out[w] = out.get(w, 0) + 1\n    return out',
    'assert f("a b a") == {"a": 2, "b": 1}',
  ),
  task('fib', 'def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)', 'assert f(10) == 55'),
  task(
    'sort',
    'def f(xs):\n    xs = list(xs)\n    for i in range(len(xs)):\n        for j in range(i):\n            if xs[i] < xs[j]:\n                xs[i], xs[j] = xs[j], xs[i]\n    return xs',
    'assert f([3, 1, 2]) == [1, 2, 3]',
  ),
  task(
    'primes',
    'def f(n):\n    return [p for p in range(2, n) if all(p % q for q in range(2, p))]',
    'assert f(10) == [2, 3, 5, 7]',
  ),
  task(
    'regex',
    'import re\ndef f(s):\n    return re.findall("[a-z]+", s)',
    'assert f("ab1cd") == ["ab", "cd"]',
  ),
];

export interface ExecutionSample {
  readonly set: 'humaneval' | 'mbpp' | 'own';
  readonly tasks: readonly ReferenceTask[];
}

/**
 * What execution is measured with; one execution is one program with its tests, in one message. Of HumanEval's
 * references all, on their whole `check`; of MBPP's `size` on their first assert (all but one that takes seconds);
 * where the sets are not here, programs of our own.
 */
export function executionSamples(size: number): ExecutionSample[] {
  if (!benchmarksFolder())
    return [{ set: 'own', tasks: Array.from({ length: size }, (_, i) => ownTasks[i % ownTasks.length]!) }];
  const mbpp = referenceTasks('mbpp').filter(({ id }) => id !== 'MBPP/123');
  return [
    { set: 'humaneval', tasks: referenceTasks('humaneval').slice(0, size) },
    { set: 'mbpp', tasks: mbpp.slice(0, size).map((one) => ({ ...one, tests: one.tests.slice(0, 1) })) },
  ];
}
