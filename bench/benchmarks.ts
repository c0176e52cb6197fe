import { createRunner, embeddedModel, greedy, loadEngine, type Task, TracewiseError } from '../src/index.ts';
import { type PublicTask, publicTasks } from './support/public-tasks.ts';
import { intervalText, wilson } from './support/statistics.ts';

/** `--key=value` of `npm run bench -- benchmarks`. */
interface Flags {
  /** 50 tasks of each set. */
  readonly quick?: boolean;
  /** Tasks of each set; as many as there are where there are fewer. */
  readonly n?: string;
  /** A GGUF trained like the embedded model. */
  readonly model?: string;
}

/**
 * MBPP's test split and HumanEval, greedily, by the sets' own tests: how far the embedded model reaches beyond the tasks
 * that it was made for. A task whose prompt is longer than the model's context counts as not solved.
 */
export async function main({ quick, n = quick ? '50' : '1000', model = embeddedModel.path() }: Flags) {
  const runner = await createRunner({ maxWorkers: 1 });
  const figures: Record<string, number> = {};
  try {
    await using engine = await loadEngine({ modelPath: model, gpu: false, threads: 1 });
    for (const set of ['mbpp', 'humaneval'] as const) {
      const tasks = publicTasks(set).slice(0, Number(n));
      const counts = { solved: 0, too_long: 0 };
      for (const { task, ownTests } of tasks) {
        const program = await write(task);
        if (program === undefined) counts.too_long++;
        else if (await passes(task, program, ownTests)) counts.solved++;
      }
      console.log(
        `${set}: ${counts.solved} of ${tasks.length} solved, ${intervalText(wilson(counts.solved, tasks.length), 100)} %; ${counts.too_long} longer than the context`,
      );
      figures[`${set}.tasks`] = tasks.length;
      for (const [key, count] of Object.entries(counts)) figures[`${set}.${key}`] = count;
    }
    return { figures };

    async function write(task: Task): Promise<string | undefined> {
      try {
        return (await greedy(task, { engine, runner, ...embeddedModel.options })).program;
      } catch (error) {
        if (error instanceof TracewiseError && error.code === 'ERR_PROMPT_TOO_LONG') return undefined;
        throw error;
      }
    }
  } finally {
    await runner.dispose();
  }

  async function passes(
    { entryPoint, setupCode }: Task,
    program: string,
    tests: PublicTask['ownTests'],
  ): Promise<boolean> {
    const { results } = await runner.run({ program, entryPoint, setupCode, tests, trace: false });
    return results.every(({ outcome }) => outcome === 'passed');
  }
}
