import { getLlama, type LlamaContextSequence, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mixLogits } from '../../src/guidance/mix-logits.ts';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { TokenId } from '../../src/token-model.ts';
import { miniPath, samplePrompt, sampleSignal, testEngine } from '../support/engine.ts';

/**
 * The independent path: node-llama-cpp's own context and its own softmax, mixed in plain TypeScript.
 * Both run in one process, on the very same mapped libraries.
 */
let engine: LlamaEngine;
let theirs: { sequences: LlamaContextSequence[]; dispose(): Promise<void> };

beforeAll(async () => {
  engine = await testEngine();
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 });
  const model = await llama.loadModel({ modelPath: miniPath });
  const context = await model.createContext({
    contextSize: 512,
    sequences: 2,
    threads: 1,
    flashAttention: false,
  });
  theirs = {
    sequences: [context.getSequence(), context.getSequence()],
    dispose: async () => {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
});

afterAll(async () => {
  await engine.dispose();
  await theirs.dispose();
});

async function theirLogprobs(
  sequence: LlamaContextSequence,
  tokens: readonly TokenId[],
): Promise<Float64Array> {
  await sequence.clearHistory();
  const input = tokens.map((token) => token as number as Token);
  const last = input.pop()!;
  const outputs = await sequence.controlledEvaluate([
    ...input,
    [last, { generateNext: { probabilities: true } }],
  ]);
  const row = new Float64Array(engine.vocabularySize).fill(-Infinity);
  for (const [token, probability] of outputs.at(-1)!.next.probabilities!) row[token] = Math.log(probability);
  return row;
}

it.each([0, 0.5, 1, 1.5, 3])(
  'mixes as node-llama-cpp and plain TypeScript do, at strength %d',
  async (strength) => {
    const codes = ['numbers, k):\n', 'numbers, k):\n    return [', 'items'];
    const largest = { unconditional: 0, conditional: 0, guided: 0 };
    for (const code of codes) {
      // Where a sequence's cells begin decides in what order attention adds up; 32 at a time, so this is aligned.
      const prompts = [
        engine.tokenize(samplePrompt + code).slice(-64),
        engine.tokenize(sampleSignal + samplePrompt + code).slice(-96),
      ];
      const [unconditional, conditional] = prompts.map((tokens) => {
        const sequence = engine.openSequence();
        sequence.append(tokens);
        return sequence;
      });
      const choice = await engine.choose({
        kind: 'guided',
        unconditional: unconditional!,
        conditional: conditional!,
        guidanceStrength: strength,
        epsilon: 0,
        plausibility: 0,
        temperature: 0,
        topCount: engine.vocabularySize,
      });
      const [u, c] = await Promise.all([
        theirLogprobs(theirs.sequences[0]!, prompts[0]!),
        theirLogprobs(theirs.sequences[1]!, prompts[1]!),
      ]);
      const expected = mixLogits(u!, c!, { guidanceStrength: strength });
      expect(choice.token).toBe(expected.indexOf(Math.max(...expected)));
      expect(choice.top!.guided).toHaveLength(engine.vocabularySize);
      for (const [stream, reference] of [
        ['unconditional', u],
        ['conditional', c],
        ['guided', expected],
      ] as const) {
        for (const { token, logprob } of choice.top![stream]!) {
          // Their softmax is float32: the log of a tiny probability loses digits, tenfold at strength 3.
          if (reference![token]! < -30) continue;
          largest[stream] = Math.max(largest[stream], Math.abs(logprob - reference![token]!));
        }
      }
      unconditional!.dispose();
      conditional!.dispose();
    }
    console.log(`strength ${strength}, largest differences in nats: ${JSON.stringify(largest)}`);
    expect(Math.max(...Object.values(largest))).toBeLessThan(1e-4);
  },
);
