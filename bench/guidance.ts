import {
  createRunner,
  embeddedModel,
  loadEngine,
  type RunResult,
  type SolveOptions,
  solve,
  type Task,
} from '../src/index.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { intervalText, mcNemar, wilson } from './support/statistics.ts';

type Cost = 'newTokens' | 'rows' | 'executions' | 'elapsedMs';

interface Row extends Record<Cost, number> {
  /** All visible tests pass. */
  readonly solved: boolean;
  /** And all hidden ones. */
  readonly solvedAll: boolean;
}

/** One way to come to a program: the options of one run, or of several of which the first that passes is taken. */
type Arm = readonly SolveOptions[];

const guided = (options: SolveOptions): Arm => [{ stopOnPass: false, ...options }];
const samples = (n: number): Arm =>
  Array.from({ length: n }, (_, seed) => ({ guidanceStrength: 0, finalTemperature: 0.8, seed }));

/** The same tasks for every arm; plain decoding first, as the pair of all others. Chosen by visible tests alone. */
const arms: Record<string, Arm> = {
  plain: [{ guidanceStrength: 0 }],
  'γ 0.5': guided({ guidanceStrength: 0.5 }),
  'γ 1': guided({ guidanceStrength: 1 }),
  'γ 1.5': guided({ guidanceStrength: 1.5 }),
  'γ 3': guided({ guidanceStrength: 3 }),
  'γ 3, no mask': guided({ guidanceStrength: 3, plausibility: 0 }),
  'γ 0.5, stop on pass': guided({ guidanceStrength: 0.5, stopOnPass: true }),
  'γ 1, stop on pass': guided({ guidanceStrength: 1, stopOnPass: true }),
  'best of 3 samples': samples(3),
  'best of 5 samples': samples(5),
};

/**
 * Plain against guided decoding on the embedded model's held-out tasks: a task counts where every visible and
 * every hidden test passes. One run a task and arm; nothing is chosen by hidden tests.
 */
export async function main({ quick, n = quick ? '30' : '200' }: { quick?: boolean; n?: string }) {
  const tasks = heldoutTasks(Number(n));
  const runner = await createRunner();
  await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
  const figures: Record<string, number> = { n: tasks.length };
  let plain: Row[] = [];
  try {
    console.log(`${tasks.length} held-out tasks; solved: all visible and hidden tests; 95 % intervals`);
    console.log(
      'arm | solved % | only this arm / only plain (McNemar p) | visible % | tokens | rows | executions | ms a task',
    );
    for (const [name, arm] of Object.entries(arms)) {
      const rows: Row[] = [];
      for (const task of tasks) rows.push(await attempt(task, arm));
      if (plain.length === 0) plain = rows;
      const solved = wilson(
        count(rows, (row) => row.solvedAll),
        rows.length,
      );
      const won = count(rows, (row, i) => row.solvedAll && !plain[i]!.solvedAll);
      const lost = count(rows, (row, i) => !row.solvedAll && plain[i]!.solvedAll);
      const mean = (cost: Cost) => rows.reduce((sum, row) => sum + row[cost], 0) / rows.length;
      console.log(
        [
          name,
          intervalText(solved, 100),
          `+${won} −${lost} (p ${mcNemar(won, lost).toFixed(3)})`,
          intervalText(
            wilson(
              count(rows, ({ solved }) => solved),
              rows.length,
            ),
            100,
          ),
          mean('newTokens').toFixed(0),
          mean('rows').toFixed(0),
          mean('executions').toFixed(1),
          mean('elapsedMs').toFixed(0),
        ].join(' | '),
      );
      const key = name.replace('γ', 'gamma').replace(/[ ,]+/g, '_');
      Object.assign(figures, {
        [`${key}_solved`]: solved.value,
        [`${key}_rows`]: mean('rows'),
        [`${key}_ms`]: mean('elapsedMs'),
      });
    }
  } finally {
    await runner.dispose();
  }
  return { figures };

  async function attempt(task: Task, arm: Arm): Promise<Row> {
    const results: RunResult[] = [];
    for (const options of arm) {
      results.push(await solve(task, { engine, runner, ...embeddedModel.options, ...options }));
      if (results.at(-1)!.solved) break;
    }
    const chosen = results.find(({ solved }) => solved) ?? results[0]!;
    const { entryPoint, hiddenTests } = task;
    const judged = await runner.run({
      program: chosen.program,
      entryPoint,
      tests: hiddenTests,
      trace: false,
    });
    const sum = (cost: Cost) => results.reduce((total, result) => total + result[cost], 0);
    return {
      solved: chosen.solved,
      solvedAll: chosen.solved && judged.results.every(({ outcome }) => outcome === 'passed'),
      newTokens: sum('newTokens'),
      rows: sum('rows'),
      executions: sum('executions'),
      elapsedMs: sum('elapsedMs'),
    };
  }
}

function count(rows: readonly Row[], holds: (row: Row, i: number) => boolean): number {
  return rows.filter(holds).length;
}
