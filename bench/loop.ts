import {
  createRunner,
  embeddedModel,
  loadEngine,
  type ProgramRunner,
  type SolveOptions,
  solve,
  type Task,
  type TokenModel,
} from '../src/index.ts';
import { openPublicApi } from './peers/node-llama-cpp.ts';
import { type Draws, notingDraws, PublicApiModel } from './peers/public-api-model.ts';
import { benchModelPath } from './support/bench-models.ts';
import { BusyRunner } from './support/busy-runner.ts';
import { retoldTasks } from './support/heldout-tasks.ts';
import { agents, type LoopRow, reportLoop, type Speed } from './support/loop-report.ts';
import { naiveModel } from './support/naive-model.ts';
import type { TensorType } from './support/tensor-formats.ts';

/** One way to run the loop. */
interface Way {
  readonly name: string;
  readonly model: TokenModel;
  readonly options: SolveOptions;
}

/** Eight runs take as long as everything else; every third task has them. */
const agentsEvery = 3;
const loop: SolveOptions = {
  ...embeddedModel.options,
  guidanceStrength: 0.5,
  candidates: 3,
  horizonLines: 3,
  stopOnPass: false,
};

/** Tasks by default, where the model is the embedded one or one grown from it. */
const taskCounts = { embedded: 60, large: 9 };

interface LoopFlags {
  readonly quick?: boolean;
  /** embedded, or one that it is grown into: 0.5b, 1.5b, 152k (`grownShapes`). */
  readonly model?: string;
  readonly n?: string;
  readonly threads?: string;
  /** How many times over the prompt tells the task: 1 is about 120 tokens, 4 are 430, as long as a few-shot prompt. */
  readonly told?: string;
  readonly weights?: TensorType;
  readonly gpu?: 'cuda' | 'vulkan' | 'metal';
  readonly 'lib-dir'?: string;
  /** Ways to leave out, separated by commas. */
  readonly without?: string;
}

/**
 * The whole EG-CFG loop, programs and their runs included, on the embedded model's held-out tasks: as it is,
 * without speculation, on a model that shares, batches and looks ahead at nothing, through node-llama-cpp's own API (a
 * vocabulary of 152k), and with `rollOver`; and eight runs of a task at once against one, by the clock and by the
 * processor's time, which a busy machine disturbs less. All ways in turn for each task, ratios within a task.
 */
export async function main({
  quick,
  model = 'embedded',
  threads = '1',
  told = '1',
  weights,
  gpu,
  'lib-dir': libDir,
  without = '',
  n = String((model === 'embedded' ? taskCounts.embedded : taskCounts.large) / (quick ? 3 : 1)),
}: LoopFlags) {
  const tasks = retoldTasks(Number(n), Number(told));
  const modelPath = await benchModelPath(model, weights);
  const engineOptions = {
    modelPath,
    gpu: gpu ?? false,
    ...(libDir !== undefined && { libDir }),
    threads: Number(threads),
    contextTokens: 8192,
    maxSequences: 64,
  } as const;
  const runner = new BusyRunner(await createRunner());
  const closing: { dispose(): Promise<void> }[] = [runner];
  try {
    const engine = await loadEngine(engineOptions);
    closing.unshift(engine);
    const { decodeCosts } = engine;
    console.log(
      `decodes: ${decodeCosts.map(({ rows, ms }) => `${rows} rows ${ms.toFixed(1)} ms`).join(', ')}`,
    );
    const unshared = await loadEngine({
      ...engineOptions,
      decodeCosts: [...decodeCosts],
      sharePrefixes: false,
    });
    closing.unshift(unshared);
    const draws: Draws = new Map();
    const ways: Way[] = [
      { name: 'as it is', model: notingDraws(engine, draws), options: loop },
      { name: 'no speculation', model: engine, options: { ...loop, speculation: false } },
      { name: 'naive', model: naiveModel(unshared), options: loop },
      { name: 'refreshes of passed saved', model: engine, options: { ...loop, rollOver: 'passed' } },
      { name: 'refreshes saved', model: engine, options: { ...loop, rollOver: 'refresh' } },
    ];
    if (model !== 'embedded' && !gpu) {
      const peer = await openPublicApi({ ...engineOptions, contextTokens: 1024, sequences: 8 });
      closing.unshift(peer);
      ways.push({
        name: 'public API',
        model: new PublicApiModel(peer.context, engine, draws),
        options: { ...loop, speculation: false },
      });
    }
    const wanted = ways.filter(({ name }) => !without.split(',').includes(name));
    const rows = new Map<string, LoopRow[]>(wanted.map(({ name }) => [name, []]));
    const speedups: { many: Speed[]; one: Speed[] } = { many: [], one: [] };
    for (const way of wanted) await attempt(tasks[0]!, way, runner);
    // The pool's other workers start with the first programs that do not wait.
    await speedOf(tasks[0]!, agents, engine, runner);
    for (const [round, task] of tasks.entries()) {
      // Every way but the first comes in every place equally often; what it draws is needed by the last.
      const order = [wanted[0]!, ...rotated(wanted.slice(1), round)];
      for (const way of order) rows.get(way.name)!.push(await attempt(task, way, runner));
      draws.clear();
      if (round % agentsEvery !== 0) continue;
      const counts = (round / agentsEvery) % 2 === 0 ? [1, agents] : [agents, 1];
      for (const count of counts) {
        speedups[count === 1 ? 'one' : 'many'].push(await speedOf(task, count, engine, runner));
      }
    }
    return { figures: reportLoop(rows, speedups) };
  } finally {
    for (const part of closing) await part.dispose();
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]!);
}

async function attempt(task: Task, { model, options }: Way, runner: BusyRunner): Promise<LoopRow> {
  const before = model.counters;
  const { busyMs } = runner;
  const startedMs = performance.now();
  const result = await solve(task, { engine: model, runner, ...options });
  const elapsedMs = performance.now() - startedMs;
  const { program, lines, newTokens, draftedTokens, acceptedTokens } = result;
  const after = model.counters;
  return {
    program,
    lines,
    newTokens,
    draftedTokens,
    acceptedTokens,
    rows: after.rows - before.rows,
    decodes: after.decodes - before.decodes,
    elapsedMs,
    hostMs: elapsedMs - (after.decodeMs - before.decodeMs) - (runner.busyMs - busyMs),
  };
}

/** Of `count` runs at once, with seeds of their own. */
async function speedOf(task: Task, count: number, engine: TokenModel, runner: ProgramRunner): Promise<Speed> {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const results = await Promise.all(
    Array.from({ length: count }, (_, seed) => solve(task, { engine, runner, ...loop, seed })),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  const tokens = results.reduce((sum, { newTokens }) => sum + newTokens, 0);
  return { perSecond: tokens / seconds, perCpuSecond: tokens / ((user + system) / 1e6) };
}
