import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createRunner,
  type EngineOptions,
  embeddedModel,
  type LlamaEngine,
  loadEngine,
  type SolveOptions,
  solve,
  type Task,
  type TokenId,
  type TokenModel,
} from '../src/index.ts';
import { guidedStepper, openPublicApi } from './peers/node-llama-cpp.ts';
import { benchModelPath } from './support/bench-models.ts';
import { GuidedStepper } from './support/guided-stepper.ts';
import { heldoutTasks } from './support/heldout-tasks.ts';
import { writeRandomModel } from './support/random-gguf.ts';
import { intervalText, medianRatio } from './support/statistics.ts';
import type { TensorType } from './support/tensor-formats.ts';
import { type Decoded, timedModel } from './support/timed-model.ts';

/** One way to decode; `step` picks and appends one token. */
export interface Way {
  readonly name: string;
  step(): Promise<void>;
  /** Back to the prompt, so that every window sees a cache of the same length. */
  rewind(): Promise<void>;
}

const guidanceStrength = 1.5;
const promptTokens = 128;

/** `--key=value` of `npm run bench -- decode`. */
interface Flags {
  readonly quick?: boolean;
  readonly threads?: string;
  /** One of the models alone: embedded, v32k, 0.5b, 1.5b. */
  readonly only?: string;
  readonly weights?: TensorType;
  readonly gpu?: 'cuda' | 'vulkan' | 'metal';
  readonly 'lib-dir'?: string;
}

/** Tokens and rounds of windows, and tasks whose lines are timed; 0: none. */
const models = {
  embedded: { tokens: 32, rounds: 30, tasks: 40 },
  v32k: { tokens: 16, rounds: 20, tasks: 0 },
  '0.5b': { tokens: 4, rounds: 16, tasks: 12 },
  '1.5b': { tokens: 4, rounds: 0, tasks: 5 },
} as const;

/**
 * Guided tokens a second against plain greedy decoding by the same engine: token by token, in windows of the same
 * cache, also against the same guidance through node-llama-cpp's public API; and as a run writes its lines, candidates
 * verified as drafts, everything but the picks apart (`timedModel`), against the same task written plainly.
 */
export async function main({ quick, threads = '2', only, weights, gpu, 'lib-dir': libDir }: Flags) {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-bench-'));
  const figures: Record<string, number> = {};
  const device = {
    gpu: gpu ?? (false as const),
    ...(libDir !== undefined && { libDir }),
    threads: Number(threads),
  };
  console.log(`${threads} threads; medians of paired ratios, 95 % intervals`);
  try {
    for (const [key, { tokens, rounds, tasks }] of Object.entries(models)) {
      if (only ? key !== only : quick && key === '1.5b') continue;
      const modelPath =
        key === 'v32k'
          ? writeRandomModel(join(folder, 'v32k.gguf'), 'v32k')
          : await benchModelPath(key, weights);
      const name = key.replace('.', '');
      if (rounds > 0) {
        const times = await measure(modelPath, device, tokens, quick ? 5 : rounds);
        Object.assign(figures, reportWindows(name, times));
      }
      if (tasks > 0) {
        const count = quick ? Math.ceil(tasks / 4) : tasks;
        Object.assign(figures, await measureLines(name, { ...device, modelPath }, count));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { figures };
}

function reportWindows(name: string, times: readonly number[][]): Record<string, number> {
  const [plain, guided, peer] = times as [number[], number[], number[] | undefined];
  const overPlain = medianRatio(plain, guided);
  const overPeer = peer && medianRatio(peer, guided);
  console.log(
    `${name}, token by token: guided ÷ plain ${intervalText(overPlain, 1, 2)}${overPeer ? `, ÷ public API ${intervalText(overPeer, 1, 2)}` : ''} (n = ${plain.length})`,
  );
  return {
    [`guided_over_plain_stepwise_${name}`]: overPlain.value,
    ...(overPeer && { [`guided_over_public_api_${name}`]: overPeer.value }),
    [`n_windows_${name}`]: plain.length,
  };
}

/**
 * Picks a second against plain greedy ones, by task: guided ones of two streams with candidates as drafts and without,
 * those of the conditional stream alone, and plain ones with drafts from the prompt.
 */
async function measureLines(
  name: string,
  engineOptions: EngineOptions,
  count: number,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const runner = await createRunner();
  try {
    await using engine = await loadEngine({ ...engineOptions, contextTokens: 4096 });
    const attempt = async (task: Task, options: SolveOptions): Promise<Decoded> => {
      const { model, guided, plain } = timedModel(engine);
      await solve(task, { engine: model, runner, ...embeddedModel.options, stopOnPass: false, ...options });
      const { guidanceStrength = 0 } = options;
      return guidanceStrength > 0 ? guided : plain;
    };
    const tasks = heldoutTasks(count);
    await attempt(tasks[0]!, { guidanceStrength: 0.5 });
    const ways = {
      guided_over_plain: { guidanceStrength: 0.5 },
      guided_over_plain_without_drafts: { guidanceStrength: 0.5, speculation: false },
      conditional_over_plain: { guidanceStrength: 1 },
      lookups_over_plain: { guidanceStrength: 0 },
    };
    const rates = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
    const plainRates: number[] = [];
    for (const task of tasks) {
      const rate = ({ tokens, ms }: Decoded) => tokens / ms;
      plainRates.push(rate(await attempt(task, { guidanceStrength: 0, speculation: false })));
      for (const [way, options] of Object.entries(ways))
        rates.get(way)!.push(rate(await attempt(task, options)));
    }
    for (const [way, own] of rates) {
      const ratio = medianRatio(own, plainRates);
      console.log(`${name}, lines: ${way} ${intervalText(ratio, 1, 2)} (n = ${count} tasks)`);
      const key = `${way}_${name}`;
      Object.assign(figures, { [key]: ratio.value, [`${key}_low`]: ratio.low, [`${key}_high`]: ratio.high });
    }
  } finally {
    await runner.dispose();
  }
  return { ...figures, [`n_tasks_${name}`]: count };
}

/** Milliseconds of every window, by way: plain, guided, public API. */
async function measure(
  modelPath: string,
  device: Pick<EngineOptions, 'gpu' | 'libDir'> & { threads: number },
  tokens: number,
  rounds: number,
): Promise<number[][]> {
  const contextTokens = 1024;
  await using engine = await loadEngine({ ...device, modelPath, contextTokens });
  // It brings its own libraries, so it can't be met on a device that they do not know.
  const peer = device.gpu
    ? undefined
    : await openPublicApi({ modelPath, contextTokens, threads: device.threads });
  try {
    const prompt = (which: number) =>
      Array.from({ length: promptTokens }, (_, i) => 300 + ((i * 7 + which * 13) % 900));
    const prompts = [prompt(0), prompt(1)] as const;
    const ways = [
      plainWay(engine, prompts[0]),
      guidedWay(engine, prompts),
      ...(peer ? [await guidedStepper(peer, [...prompts], guidanceStrength)] : []),
    ];
    for (const way of ways) await window(way, tokens);
    const times: number[][] = ways.map(() => []);
    for (let round = 0; round < rounds; round++) {
      // Every way comes first, second and third equally often.
      for (let turn = 0; turn < ways.length; turn++) {
        const i = (round + turn) % ways.length;
        times[i]!.push(await window(ways[i]!, tokens));
      }
    }
    return times;
  } finally {
    await peer?.dispose();
  }
}

async function window(way: Way, tokens: number): Promise<number> {
  const startedMs = performance.now();
  for (let i = 0; i < tokens; i++) await way.step();
  const elapsedMs = performance.now() - startedMs;
  await way.rewind();
  return elapsedMs;
}

function plainWay(engine: TokenModel, prompt: TokenId[]): Way {
  const sequence = engine.openSequence();
  sequence.append(prompt);
  return {
    name: 'plain',
    async step() {
      const { token } = await engine.choose({ kind: 'sample', sequence, temperature: 0 });
      sequence.append([token]);
    },
    async rewind() {
      sequence.truncate(prompt.length);
    },
  };
}

function guidedWay(engine: LlamaEngine, [unconditional, conditional]: readonly [TokenId[], TokenId[]]): Way {
  const stepper = new GuidedStepper(engine, { unconditional, conditional }, guidanceStrength);
  return {
    name: 'guided',
    async step() {
      await stepper.step();
    },
    async rewind() {
      stepper.rewind();
    },
  };
}
