import {
  createRunner,
  embeddedModel,
  loadEngine,
  type SolveOptions,
  solve,
  type Task,
} from '../src/index.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { RememberingRunner } from './support/remembering-runner.ts';
import { intervalText, mcNemar, pairedDifference, wilson } from './support/statistics.ts';

/** `passed` changes nothing where a candidate that passes ends the run. */
const modes = ['off', 'passed', 'refresh'] as const satisfies SolveOptions['rollOver'][];

const arms = [0.5, 1].flatMap((guidanceStrength) =>
  [false, true].flatMap((stopOnPass) =>
    (stopOnPass ? modes.filter((mode) => mode !== 'passed') : modes).map((rollOver) => {
      const ending = `gamma_${guidanceStrength}_${stopOnPass ? 'stop' : 'written'}`;
      const options = { ...embeddedModel.options, guidanceStrength, stopOnPass, rollOver };
      return { name: `${ending}_${rollOver}`, against: `${ending}_off`, options };
    }),
  ),
);

/** One run. */
interface Row {
  /** Every visible and every hidden test passes. */
  readonly solved: boolean;
  readonly rows: number;
  readonly newTokens: number;
}

/**
 * What `rollOver` saves and what it costs in accuracy: the embedded model's held-out tasks at two strengths, one written
 * answer each (`written`) and with the end at a candidate that passes (`stop`), against the same runs with it off.
 */
export async function main({
  quick,
  n = quick ? '40' : '400',
  horizon = '2',
}: {
  quick?: boolean;
  n?: string;
  /** Lines of a candidate. */
  horizon?: string;
}) {
  const tasks = heldoutTasks(Number(n));
  const runner = new RememberingRunner(await createRunner());
  const figures: Record<string, number> = { n: tasks.length };
  console.log(
    `${tasks.length} tasks; against off: tasks that only this arm solved, that only off did, McNemar's p`,
  );
  console.log('arm | solved % | against off | points | rows | rows a token');
  try {
    await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
    const rows = new Map<string, Row[]>(arms.map(({ name }) => [name, []]));
    for (const task of tasks) {
      for (const { name, options } of arms)
        rows.get(name)!.push(await attempt(task, { ...options, horizonLines: Number(horizon) }));
      runner.forget();
    }
    for (const { name, against } of arms)
      Object.assign(figures, report(name, rows.get(name)!, rows.get(against)!));

    async function attempt(task: Task, options: SolveOptions): Promise<Row> {
      const { program, solved, rows, newTokens } = await solve(task, { engine, runner, ...options });
      const { entryPoint, hiddenTests } = task;
      if (!solved) return { solved, rows, newTokens };
      const { results } = await runner.run({ program, entryPoint, tests: hiddenTests, trace: false });
      return { solved: results.every(({ outcome }) => outcome === 'passed'), rows, newTokens };
    }
  } finally {
    await runner.dispose();
  }
  return { figures };
}

function report(key: string, rows: readonly Row[], off: readonly Row[]): Record<string, number> {
  const sum = (count: (row: Row) => number) => rows.reduce((sum, row) => sum + count(row), 0);
  const solved = wilson(
    sum((row) => Number(row.solved)),
    rows.length,
  );
  const more = rows.filter((row, i) => row.solved && !off[i]!.solved).length;
  const fewer = rows.filter((row, i) => !row.solved && off[i]!.solved).length;
  const difference = pairedDifference(more, fewer, rows.length);
  const perToken = sum((row) => row.rows) / sum((row) => row.newTokens);
  console.log(
    [
      key,
      intervalText(solved, 100),
      `+${more} −${fewer}, p = ${mcNemar(more, fewer).toFixed(3)}`,
      intervalText(difference, 100),
      (sum((row) => row.rows) / rows.length).toFixed(0),
      perToken.toFixed(1),
    ].join(' | '),
  );
  return {
    [`${key}_solved`]: solved.value,
    [`${key}_minus_off`]: difference.value,
    [`${key}_minus_off_low`]: difference.low,
    [`${key}_minus_off_high`]: difference.high,
    [`${key}_rows_per_token`]: perToken,
  };
}
