import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedModel, loadEngine, type TokenId, type TokenModel } from '../src/index.ts';
import { guidedStepper, openPublicApi } from './peers/node-llama-cpp.ts';
import { writeRandomModel } from './support/random-gguf.ts';
import { intervalText, medianRatio } from './support/statistics.ts';

/** One way to decode; `step` picks and appends one token. */
export interface Way {
  readonly name: string;
  step(): Promise<void>;
  /** Back to the prompt, so that every window sees a cache of the same length. */
  rewind(): Promise<void>;
}

const guidanceStrength = 1.5;
const promptTokens = 128;

/**
 * Guided tokens a second (no speculation) against plain greedy decoding by the same engine, and against the
 * same guidance through node-llama-cpp's public API: windows of the three ways in turn, ratios within a round.
 */
export async function main({
  quick,
  threads = '2',
  only,
}: {
  quick?: boolean;
  threads?: string;
  only?: string;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-bench-'));
  const figures: Record<string, number> = {};
  const models = [
    { key: 'embedded', tokens: 32, rounds: 30, path: () => embeddedModel.path() },
    { key: 'v32k', tokens: 16, rounds: 20, path: () => writeRandomModel(join(folder, 'v32k.gguf'), 'v32k') },
    {
      key: 'v152k',
      tokens: 4,
      rounds: 16,
      path: () => writeRandomModel(join(folder, 'v152k.gguf'), 'v152k'),
    },
  ].filter(({ key }) => only === undefined || key === only);
  console.log(`γ ${guidanceStrength}, greedy, ${threads} threads; medians of paired windows, 95 % intervals`);
  console.log('model | guided ÷ plain | guided ÷ public API | plain tok/s | guided tok/s | public API tok/s');
  try {
    for (const { key, tokens, rounds, path } of models) {
      const times = await measure(path(), Number(threads), tokens, quick ? 5 : rounds);
      const [plain, guided, peer] = times as [number[], number[], number[]];
      const overPlain = medianRatio(plain, guided);
      const overPeer = medianRatio(peer, guided);
      const rate = (ms: number[]) => (tokens / (Math.min(...ms) / 1000)).toFixed(1);
      console.log(
        `${key} | ${intervalText(overPlain, 1, 2)} | ${intervalText(overPeer, 1, 2)} | ${rate(plain)} | ${rate(guided)} | ${rate(peer)}`,
      );
      Object.assign(figures, {
        [`guided_over_plain_${key}`]: overPlain.value,
        [`guided_over_public_api_${key}`]: overPeer.value,
        [`n_${key}`]: plain.length,
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { figures };
}

/** Milliseconds of every window, by way: plain, guided, public API. */
async function measure(
  modelPath: string,
  threads: number,
  tokens: number,
  rounds: number,
): Promise<number[][]> {
  const contextTokens = 1024;
  await using engine = await loadEngine({ modelPath, gpu: false, threads, contextTokens, batchTokens: 256 });
  const peer = await openPublicApi({ modelPath, threads, contextTokens });
  try {
    const prompts = [0, 1].map((which) =>
      Array.from({ length: promptTokens }, (_, i) => 300 + ((i * 7 + which * 13) % 900)),
    );
    const ways = [
      plainWay(engine, prompts[0]!),
      guidedWay(engine, prompts),
      await guidedStepper(peer, prompts, guidanceStrength),
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
    await peer.dispose();
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

function guidedWay(engine: TokenModel, prompts: TokenId[][]): Way {
  const [unconditional, conditional] = prompts.map((prompt) => {
    const sequence = engine.openSequence();
    sequence.append(prompt);
    return sequence;
  }) as [ReturnType<TokenModel['openSequence']>, ReturnType<TokenModel['openSequence']>];
  return {
    name: 'guided',
    async step() {
      const { token } = await engine.choose({
        kind: 'guided',
        unconditional,
        conditional,
        guidanceStrength,
        epsilon: 0,
        plausibility: 0,
        temperature: 0,
      });
      unconditional.append([token]);
      conditional.append([token]);
    },
    async rewind() {
      for (const sequence of [unconditional, conditional]) sequence.truncate(promptTokens);
    },
  };
}
