import { readFileSync } from 'node:fs';
import {
  createRunner,
  embeddedModel,
  loadEngine,
  parseTask,
  type RunResult,
  type SolveOptions,
  solve,
  type Task,
} from '../src/index.ts';
import { intervalText, mcNemar, wilson } from './support/statistics.ts';

interface Row {
  readonly solvedAll: boolean;
  readonly result: RunResult;
}

/** What is compared. The same seeds and tasks for every arm; γ = 0 first, as the pair of all others. */
const arms: Record<string, SolveOptions> = {
  plain: { guidanceStrength: 0 },
  'γ 0.5': { guidanceStrength: 0.5, stopOnPass: false },
  'γ 1': { guidanceStrength: 1, stopOnPass: false },
  'γ 1.5': { guidanceStrength: 1.5, stopOnPass: false },
  'γ 3': { guidanceStrength: 3, stopOnPass: false },
  'γ 3, no mask': { guidanceStrength: 3, stopOnPass: false, plausibility: 0 },
  'γ 0.5, stop on pass': { guidanceStrength: 0.5 },
  'γ 1, stop on pass': { guidanceStrength: 1 },
};

/**
 * Plain against guided decoding on the embedded model's held-out tasks: a task counts where every visible and
 * every hidden test passes. One run a task and arm; nothing is chosen by hidden tests.
 */
export async function main({ quick, n = quick ? '30' : '200' }: { quick?: boolean; n?: string }) {
  const tasks = readFileSync(new URL('data/heldout.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(0, Number(n))
    .map(taskOf);
  const runner = await createRunner();
  await using engine = await loadEngine({ modelPath: embeddedModel.path(), gpu: false, threads: 1 });
  const figures: Record<string, number> = { n: tasks.length };
  let plain: Row[] = [];
  try {
    console.log(`${tasks.length} held-out tasks; solved: all visible and hidden tests; 95 % intervals`);
    console.log(
      'arm | solved % | only this arm / only plain (McNemar p) | visible % | tokens | rows | executions | ms a task',
    );
    for (const [name, options] of Object.entries(arms)) {
      const rows: Row[] = [];
      for (const task of tasks) rows.push(await attempt(task, options));
      if (plain.length === 0) plain = rows;
      const solved = wilson(
        count(rows, (row) => row.solvedAll),
        rows.length,
      );
      const won = count(rows, (row, i) => row.solvedAll && !plain[i]!.solvedAll);
      const lost = count(rows, (row, i) => !row.solvedAll && plain[i]!.solvedAll);
      const mean = (field: 'newTokens' | 'rows' | 'executions' | 'elapsedMs') =>
        rows.reduce((sum, { result }) => sum + result[field], 0) / rows.length;
      console.log(
        [
          name,
          intervalText(solved, 100),
          `+${won} −${lost} (p ${mcNemar(won, lost).toFixed(3)})`,
          intervalText(
            wilson(
              count(rows, ({ result }) => result.solved),
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

  async function attempt(task: Task, options: SolveOptions): Promise<Row> {
    const result = await solve(task, { engine, runner, ...embeddedModel.options, ...options });
    const { entryPoint, hiddenTests } = task;
    const { results } = await runner.run({
      program: result.program,
      entryPoint,
      tests: hiddenTests,
      trace: false,
    });
    return { result, solvedAll: result.solved && results.every(({ outcome }) => outcome === 'passed') };
  }
}

function taskOf(line: string, i: number): Task {
  const { text, name, asserts, hidden } = JSON.parse(line);
  return parseTask({ id: `heldout-${i}`, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
}

function count(rows: readonly Row[], holds: (row: Row, i: number) => boolean): number {
  return rows.filter(holds).length;
}
