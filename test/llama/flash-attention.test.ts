import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { ChoiceRequest, TokenId, TokenSequence } from '../../src/token-model.ts';
import { samplePrompt, sampleSignal, testEngine } from '../support/engine.ts';

let engine: LlamaEngine;

beforeAll(async () => {
  engine = await testEngine({ flashAttention: true, maxSequences: 80, contextTokens: 4096 });
});

afterAll(() => engine.dispose());

function filled(length: number, seed: number): TokenSequence {
  const sequence = engine.openSequence();
  sequence.append(Array.from({ length }, (_, i) => 5 + ((i * 7 + seed * 31) % 900)));
  return sequence;
}

/** The logits of a token behind a prefix, beside whatever `beside` asks for in the same turn. */
async function logitsBeside(prefix: TokenSequence, beside: readonly TokenSequence[]): Promise<Float32Array> {
  const probe = prefix.fork();
  probe.append([42]);
  const [logits] = await Promise.all([probe, ...beside].map((sequence) => engine.readLogits(sequence)));
  for (const sequence of [probe, ...beside]) sequence.dispose();
  return logits!;
}

describe('a row’s logits, bit for bit, with flash attention', () => {
  // All by itself a row may take a kernel of its own; and the last cell has to lie behind the others each time.
  it.each([100, 333, 700])('are the same beside one other row and more, behind %i tokens', async (length) => {
    const first = filled(200, 5);
    await engine.readLogits(first);
    const prefix = filled(length, 0);
    await engine.readLogits(prefix);
    const besideOne = async () => {
      const other = filled(3, 8);
      await engine.readLogits(other);
      return logitsBeside(prefix, [other]);
    };
    const expected = await besideOne();
    for (const count of [2, 5, 15, 40, 62, 75]) {
      const others = Array.from({ length: count }, (_, seed) => filled(3, seed + 1));
      await Promise.all(others.map((sequence) => engine.readLogits(sequence)));
      for (const sequence of others) sequence.append([7]);
      expect(await logitsBeside(prefix, others)).toEqual(expected);
    }
    expect(await logitsBeside(prefix, [filled(3, 6), filled(300, 9)])).toEqual(expected);
    for (const sequence of [first, prefix]) sequence.dispose();
  });
});

const guided = (): ChoiceRequest => ({
  kind: 'guided',
  unconditional: opened(samplePrompt),
  conditional: opened(sampleSignal + samplePrompt),
  guidanceStrength: 1.5,
  epsilon: 0,
  plausibility: 0.1,
  temperature: 0,
});

const sampled = (): ChoiceRequest => ({
  kind: 'sample',
  sequence: opened(samplePrompt),
  temperature: 0.8,
  topP: 0.95,
});

function opened(text: string): TokenSequence {
  const sequence = engine.openSequence();
  sequence.append(engine.tokenize(text));
  return sequence;
}

function sequencesOf(request: ChoiceRequest): TokenSequence[] {
  return request.kind === 'sample' ? [request.sequence] : [request.unconditional, request.conditional];
}

const uniforms = Array.from({ length: 40 }, (_, i) => (i * 0.37) % 1);

describe.each([
  ['guided', guided],
  ['sampled', sampled],
] as const)('%s', (_, make) => {
  it.each([0, 5, 20])('picks along a draft that is right for %i tokens as step by step', async (right) => {
    const slow = make();
    const expected = [];
    for (let i = 0; i < 21; i++) {
      const choice = await engine.choose({ ...slow, uniform: uniforms[i]! });
      expected.push(choice);
      for (const sequence of sequencesOf(slow)) sequence.append([choice.token]);
    }
    const tokens = expected.map(({ token }) => token);
    const draft: TokenId[] = tokens.slice(0, 20).map((token, i) => (i < right ? token : (token + 1) % 900));
    const fast = make();
    const choices = await engine.chooseAlong(fast, draft, uniforms.slice(0, 21));
    expect(choices).toEqual(expected.slice(0, right + 1));
    for (const sequence of [...sequencesOf(slow), ...sequencesOf(fast)]) sequence.dispose();
  });
});

it('where it is off there is no decode apart for rows whose logits are wanted', async () => {
  const decodes = async (options: Parameters<typeof testEngine>[0]) => {
    await using engine = await testEngine({ flashAttention: 'auto', ...options });
    const sequence = engine.openSequence();
    sequence.append(Array.from({ length: 100 }, (_, i) => 5 + i));
    await engine.readLogits(sequence);
    return engine.counters.decodes;
  };
  expect(await decodes({ kvType: 'f16' })).toBe(2);
  expect(await decodes({ kvType: 'f32' })).toBe(1);
});
