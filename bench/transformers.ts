import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineOptions, loadEngine } from '../src/index.ts';
import { compareModels } from './peers/transformers/compare-models.ts';
import { startTransformers, type Transformers } from './peers/transformers/transformers.ts';
import { GuidedStepper, randomPrompts } from './support/guided-stepper.ts';
import { randomModels, writeRandomModel } from './support/random-gguf.ts';
import { intervalText, medianRatio } from './support/statistics.ts';

const guidanceStrength = 1.5;
const promptTokens = 128;
/** Between windows, so that no thread of the other side still spins for work. */
const pauseMs = 300;

/**
 * Guided greedy tokens a second, one agent, no speculation, against generate(guidance_scale=…) of Hugging Face
 * transformers on the same weights and threads; prompts are not timed on either side. First that both have the same
 * model: on random F32 weights to rounding, on the timed Q4_0 ones as far as their 8-bit activations allow. The same
 * shape in F16 tells how much of it four bits are.
 */
export async function main({
  quick,
  rounds = quick ? '4' : '12',
  tokens = '12',
  threads: threadsText = '2',
}: {
  quick?: boolean;
  rounds?: string;
  tokens?: string;
  threads?: string;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-bench-'));
  const [newTokens, threads] = [Number(tokens), Number(threadsText)];
  const write = (name: string, shape: Parameters<typeof writeRandomModel>[1]) =>
    writeRandomModel(join(folder, `${name}.gguf`), shape);
  const peer = startTransformers();
  try {
    const f32 = write('f32', { weights: 'F32', heads: 2, keyValueHeads: 1 });
    const exact = await compare(peer, f32, { newTokens, threads });
    if (exact.delta > 0.001) throw new Error('Expected the same model on both sides: F32 logprobs differ');
    const path = write('q4_0', 'v152k');
    const same = await compare(peer, path, { newTokens, threads });
    const dtype = await loadFaster(peer, path, { newTokens, threads });
    const paths = [path, write('f16', { ...randomModels.v152k, weights: 'F16' })];
    const times = await timeInTurn(peer, paths, Number(rounds), { newTokens, threads });
    const [q4, f16, theirs] = times as [number[], number[], number[]];
    const [over, overF16] = [medianRatio(theirs, q4), medianRatio(theirs, f16)];
    const rate = (ms: number[]) => ((newTokens - 1) / median(ms)) * 1000;
    console.log(
      `${threads} threads, γ ${guidanceStrength}, ${q4.length} paired windows of ${newTokens} tokens`,
    );
    console.log(
      `guided tokens/s: Q4_0 ${rate(q4).toFixed(1)}, F16 ${rate(f16).toFixed(1)}, transformers in ${dtype} ${rate(theirs).toFixed(1)}`,
    );
    console.log(
      `over transformers: Q4_0 ${intervalText(over)}, F16 ${intervalText(overF16)} (median of paired ratios, 95 %)`,
    );
    return {
      figures: {
        over_transformers: over.value,
        over_transformers_low: over.low,
        over_transformers_high: over.high,
        over_transformers_f16: overF16.value,
        over_transformers_f16_low: overF16.low,
        over_transformers_f16_high: overF16.high,
        n: q4.length,
        guided_tokens_per_s: rate(q4),
        guided_tokens_per_s_transformers: rate(theirs),
        transformers_in_bfloat16: dtype === 'bfloat16' ? 1 : 0,
        max_delta_f32: exact.delta,
        max_delta_q4_0: same.delta,
        same_tokens_q4_0: same.sameTokens,
        same_tokens_q4_0_of_n: newTokens,
      },
    };
  } finally {
    peer.dispose();
    rmSync(folder, { recursive: true });
  }
}

interface Size {
  readonly newTokens: number;
  readonly threads: number;
}

async function compare(peer: Transformers, path: string, { newTokens, threads }: Size) {
  await peer.load({ path, dtype: 'float32', threads });
  await using engine = await loadEngine(optionsOf(path, threads, { kvType: 'f32' }));
  const prompts = randomPrompts(engine.vocabularySize, promptTokens);
  const compared = await compareModels(engine, peer, { prompts, guidanceStrength, newTokens });
  const { delta, sameTokens } = compared;
  console.log(
    `${engine.facts.vocabularySize} tokens: logprobs differ by up to ${delta.toExponential(1)} nats, ${sameTokens} of ${newTokens} guided tokens the same`,
  );
  return compared;
}

/** Loads the peer's model in the number format that decodes faster. */
async function loadFaster(peer: Transformers, path: string, { newTokens, threads }: Size) {
  const prompts = randomPrompts(randomModels.v152k.vocabularySize, promptTokens);
  const times: number[] = [];
  for (const dtype of ['float32', 'bfloat16'] as const) {
    await peer.load({ path, dtype, threads });
    await peer.guided({ ...prompts, guidanceStrength, newTokens });
    const { ms } = await peer.guided({ ...prompts, guidanceStrength, newTokens });
    times.push(ms);
    console.log(`transformers in ${dtype}: ${(ms / (newTokens - 1)).toFixed(0)} ms a guided token`);
  }
  if (times[0]! > times[1]!) return 'bfloat16';
  await peer.load({ path, dtype: 'float32', threads });
  return 'float32';
}

/** Milliseconds of every window: of ours for each path, then the peer's. */
async function timeInTurn(peer: Transformers, paths: readonly string[], rounds: number, size: Size) {
  const { newTokens, threads } = size;
  const engines = await Promise.all(paths.map((path) => loadEngine(optionsOf(path, threads))));
  const prompts = randomPrompts(engines[0]!.vocabularySize, promptTokens);
  const ways = [
    ...engines.map((engine) => ownWindow(new GuidedStepper(engine, prompts, guidanceStrength), newTokens)),
    async () => (await peer.guided({ ...prompts, guidanceStrength, newTokens })).ms,
  ];
  const times: number[][] = ways.map(() => []);
  for (const window of ways) await window();
  for (let round = 0; round < rounds; round++) {
    // Every way comes first, second and third equally often.
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (round + turn) % ways.length;
      await sleep(pauseMs);
      times[i]!.push(await ways[i]!());
    }
  }
  for (const engine of engines) await engine.dispose();
  return times;
}

/** From the first token to the last. */
function ownWindow(stepper: GuidedStepper, newTokens: number): () => Promise<number> {
  return async () => {
    await stepper.step();
    const startedMs = performance.now();
    for (let i = 1; i < newTokens; i++) await stepper.step();
    const elapsedMs = performance.now() - startedMs;
    stepper.rewind();
    return elapsedMs;
  };
}

function optionsOf(modelPath: string, threads: number, more: Partial<EngineOptions> = {}): EngineOptions {
  return { modelPath, gpu: false, threads, contextTokens: 1024, ...more };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
