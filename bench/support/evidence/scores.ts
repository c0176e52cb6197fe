import { bootstrap, type Interval, mcNemar, pairedDifference, wilson } from '../statistics.ts';
import type { Sample } from './sample-store.ts';

/** An arm's samples by task. */
export type Samples = ReadonlyMap<string, Sample>;

/** One arm against another, on the tasks that both have. */
export interface Comparison {
  readonly n: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly difference: Interval;
  /** Exact, two-sided, of McNemar's test. */
  readonly p: number;
}

/** `within`: rows a task that an arm may have spent to count as solved. */
export type Within = (task: string) => number;

const unlimited: Within = () => Infinity;

export function isSolved({ solved, rows, task }: Sample, within = unlimited): boolean {
  return solved && rows <= within(task);
}

export function accuracy(samples: Samples, within = unlimited): Interval {
  return wilson([...samples.values()].filter((sample) => isSolved(sample, within)).length, samples.size);
}

export function mean(samples: Samples, key: 'rows' | 'newTokens' | 'executions' | 'ms'): number {
  let sum = 0;
  for (const sample of samples.values()) sum += sample[key];
  return sum / samples.size;
}

export function compare(first: Samples, second: Samples, withinSecond = unlimited): Comparison {
  let [n, onlyFirst, onlySecond] = [0, 0, 0];
  for (const [task, one] of first) {
    const other = second.get(task);
    if (!other) continue;
    const [a, b] = [isSolved(one), isSolved(other, withinSecond)];
    n++;
    if (a && !b) onlyFirst++;
    if (b && !a) onlySecond++;
  }
  const difference = pairedDifference(onlyFirst, onlySecond, n);
  return { n, onlyFirst, onlySecond, difference, p: mcNemar(onlyFirst, onlySecond) };
}

/** Relative success rate, (a − g) / (1 − g): the share of what greedy leaves unsolved that an arm solves, net; 0 of nothing. */
export function relativeSuccess(samples: Samples, greedy: Samples): Interval {
  const pairs = [...samples]
    .filter(([task]) => greedy.has(task))
    .map(([task, sample]) => [isSolved(sample), isSolved(greedy.get(task)!)] as const);
  return bootstrap(pairs.length, (cases) => {
    const share = (which: 0 | 1) => cases.filter((i) => pairs[i]![which]).length / cases.length;
    const left = 1 - share(1);
    return left === 0 ? 0 : (share(0) - share(1)) / left;
  });
}

/** Several runs a task as one arm, in their order, the first that passes the visible tests taken; what none has is left out. */
export function firstPassing(name: string, arms: readonly Samples[]): Samples {
  const tasks = [...arms[0]!.keys()].filter((task) => arms.every((samples) => samples.has(task)));
  return new Map(
    tasks.map((task) => {
      const samples = arms.map((arm) => arm.get(task)!);
      const passing = samples.findIndex(({ passed }) => passed);
      const run = passing < 0 ? samples : samples.slice(0, passing + 1);
      const sum = (key: 'rows' | 'newTokens' | 'executions' | 'ms') =>
        run.reduce((total, sample) => total + sample[key], 0);
      const chosen = passing < 0 ? samples[0]! : samples[passing]!;
      const cost = {
        rows: sum('rows'),
        newTokens: sum('newTokens'),
        executions: sum('executions'),
        ms: sum('ms'),
      };
      return [task, { ...chosen, arm: name, ...cost }];
    }),
  );
}
