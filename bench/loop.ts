import {
  createRunner,
  embeddedModel,
  loadEngine,
  type ProgramRunner,
  type RunResult,
  type SolveOptions,
  solve,
  type Task,
  type TokenModel,
} from '../src/index.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { naiveModel } from './support/naive-model.ts';
import { intervalText, medianRatio } from './support/statistics.ts';

/** One way to run the loop. */
interface Way {
  readonly name: string;
  readonly model: TokenModel;
  readonly options: SolveOptions;
}

/** One run of one task. */
interface Row
  extends Pick<RunResult, 'program' | 'lines' | 'newTokens' | 'draftedTokens' | 'acceptedTokens'> {
  /** Of the model, that of forgotten work included. */
  readonly rows: number;
  readonly decodes: number;
  readonly elapsedMs: number;
}

const agents = 8;
/** Eight runs take as long as everything else; every third task has them. */
const agentsEvery = 3;
const loop: SolveOptions = {
  ...embeddedModel.options,
  guidanceStrength: 0.5,
  candidates: 3,
  horizonLines: 2,
  stopOnPass: false,
};

/**
 * The whole EG-CFG loop, programs and their runs included, on the embedded model's held-out tasks: as it is,
 * without speculation, on a model that shares, batches and looks ahead at nothing, and with `rollOver`;
 * and eight runs of a task at once against one, by the clock and by the processor's time, which a busy machine
 * disturbs less. All ways in turn for each task, ratios within a task.
 */
export async function main({ quick, n = quick ? '10' : '60' }: { quick?: boolean; n?: string }) {
  const tasks = heldoutTasks(Number(n));
  const engineOptions = {
    modelPath: embeddedModel.path(),
    gpu: false,
    threads: 1,
    contextTokens: 4096,
    maxSequences: 64,
  } as const;
  const runner = await createRunner();
  try {
    await using engine = await loadEngine(engineOptions);
    await using unshared = await loadEngine({ ...engineOptions, sharePrefixes: false });
    const ways: Way[] = [
      { name: 'as it is', model: engine, options: loop },
      { name: 'no speculation', model: engine, options: { ...loop, speculation: false } },
      { name: 'naive', model: naiveModel(unshared), options: loop },
      { name: 'rolled over', model: engine, options: { ...loop, rollOver: 'candidate' } },
      { name: 'refreshes saved', model: engine, options: { ...loop, rollOver: 'refresh' } },
    ];
    const rows: Row[][] = ways.map(() => []);
    const speedups: { many: Speed[]; one: Speed[] } = { many: [], one: [] };
    for (const way of ways) await attempt(tasks[0]!, way, runner);
    for (const [round, task] of tasks.entries()) {
      // Every way comes first, second and last equally often.
      for (let turn = 0; turn < ways.length; turn++) {
        const i = (round + turn) % ways.length;
        rows[i]!.push(await attempt(task, ways[i]!, runner));
      }
      if (round % agentsEvery !== 0) continue;
      const order = (round / agentsEvery) % 2 === 0 ? [1, agents] : [agents, 1];
      for (const count of order) {
        speedups[count === 1 ? 'one' : 'many'].push(await speedOf(task, count, engine, runner));
      }
    }
    return { figures: report(ways, rows, speedups) };
  } finally {
    await runner.dispose();
  }
}

async function attempt(task: Task, { model, options }: Way, runner: ProgramRunner): Promise<Row> {
  const before = model.counters;
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
  };
}

/** Tokens of the answers. */
interface Speed {
  readonly perSecond: number;
  /** A second of this process's time on the processor, programs and their interpreters included. */
  readonly perCpuSecond: number;
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

function report(
  ways: readonly Way[],
  rows: readonly Row[][],
  { many, one }: { many: readonly Speed[]; one: readonly Speed[] },
): Record<string, number> {
  const [own, unspeculated, naive, rolled, saved] = rows as [Row[], Row[], Row[], Row[], Row[]];
  console.log(`${own.length} tasks, one thread; medians of paired ratios, 95 % intervals`);
  console.log('way | lines/s | ms a task | rows a token | decodes a token | tokens');
  for (const [i, { name }] of ways.entries()) {
    const of = (key: Numbers) => total(rows[i]!, key);
    const each = (key: Numbers) => (of(key) / of('newTokens')).toFixed(2);
    console.log(
      [
        name,
        ((of('lines') / of('elapsedMs')) * 1000).toFixed(2),
        (of('elapsedMs') / own.length).toFixed(0),
        each('rows'),
        each('decodes'),
        of('newTokens'),
      ].join(' | '),
    );
  }
  const ms = (way: readonly Row[]) => way.map(({ elapsedMs, lines }) => elapsedMs / Math.max(1, lines));
  const overNaive = medianRatio(ms(naive), ms(own));
  const overNone = medianRatio(ms(unspeculated), ms(own));
  const overOne = (unit: keyof Speed) =>
    medianRatio(
      many.map((speed) => speed[unit]),
      one.map((speed) => speed[unit]),
    );
  const agentsOverOne = overOne('perSecond');
  const agentsOverOneCpu = overOne('perCpuSecond');
  const perToken = (way: readonly Row[]) => total(way, 'rows') / total(way, 'newTokens');
  const drafted = total(own, 'draftedTokens');
  const accepted = total(own, 'acceptedTokens');
  const others = [unspeculated, naive].map(
    (way) => way.filter((row, i) => row.program !== own[i]!.program).length,
  );
  console.log(`lines/s over naive: ${intervalText(overNaive, 1, 2)}`);
  console.log(`lines/s over no speculation: ${intervalText(overNone, 1, 2)}`);
  console.log(`drafted ${drafted}, accepted ${accepted}`);
  console.log(
    `tokens/s of ${agents} runs at once over one: ${intervalText(agentsOverOne, 1, 2)}, of processor time ${intervalText(agentsOverOneCpu, 1, 2)} (${many.length} tasks)`,
  );
  console.log(`programs other than as it is: ${others[0]} without speculation, ${others[1]} naive`);
  for (const [way, i] of [unspeculated, naive].flatMap((way) => way.map((_, i) => [way, i] as const))) {
    if (way[i]!.program !== own[i]!.program)
      console.log(`task ${i}:\n${own[i]!.program}\nagainst\n${way[i]!.program}`);
  }
  if (others.some((count) => count > 0)) process.exitCode = 1;
  return {
    n: own.length,
    lines_over_naive: overNaive.value,
    lines_over_naive_low: overNaive.low,
    lines_over_naive_high: overNaive.high,
    speculation_over_none: overNone.value,
    speculation_over_none_low: overNone.low,
    speculation_over_none_high: overNone.high,
    rows_per_token_naive: perToken(naive),
    rows_per_token: perToken(own),
    rows_per_token_rolled_over: perToken(rolled),
    rows_per_token_refreshes_saved: perToken(saved),
    accepted_of_drafted: drafted > 0 ? accepted / drafted : 0,
    n_agents: many.length,
    agents8_over_1: agentsOverOne.value,
    agents8_over_1_low: agentsOverOne.low,
    agents8_over_1_high: agentsOverOne.high,
    agents8_over_1_cpu: agentsOverOneCpu.value,
    agents8_over_1_cpu_low: agentsOverOneCpu.low,
    agents8_over_1_cpu_high: agentsOverOneCpu.high,
    other_programs_without_speculation: others[0]!,
    other_programs_naive: others[1]!,
  };
}

type Numbers = { [key in keyof Row]: Row[key] extends number ? key : never }[keyof Row];

function total(rows: readonly Row[], key: Numbers): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}
