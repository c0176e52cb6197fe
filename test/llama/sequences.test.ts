import { afterEach, describe, expect, it } from 'vitest';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { EngineOptions } from '../../src/llama/load-engine.ts';
import type { TokenId } from '../../src/token-model.ts';
import { samplePrompt, testEngine } from '../support/engine.ts';

const engines: LlamaEngine[] = [];

async function open(options: Partial<EngineOptions> = {}): Promise<LlamaEngine> {
  const engine = await testEngine(options);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

function tokensOf(engine: LlamaEngine, length: number): TokenId[] {
  const tokens = engine.tokenize(samplePrompt.repeat(12));
  return tokens.slice(0, length);
}

function opened(engine: LlamaEngine, tokens: readonly TokenId[]) {
  const sequence = engine.openSequence();
  sequence.append(tokens);
  return sequence;
}

/** Logits of a prompt in an engine of its own: the first cells of an empty cache. */
async function alone(
  tokens: readonly TokenId[],
  options: Partial<EngineOptions> = {},
): Promise<Float32Array> {
  const engine = await open(options);
  return engine.readLogits(opened(engine, tokens));
}

describe('equal bit for bit, where the cells lie alike', () => {
  it('a fork and a prompt that is computed anew', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 120);
    const parent = opened(engine, tokens.slice(0, 80));
    await engine.readLogits(parent);
    const child = parent.fork();
    parent.dispose();
    child.append(tokens.slice(80));
    expect(await engine.readLogits(child)).toEqual(await alone(tokens));
    expect(child.numCachedTokens).toBe(80);
    expect(child.numEvaluatedTokens).toBe(40);
  });

  it('a fork of a prefix', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 100);
    const parent = opened(engine, tokens);
    await engine.readLogits(parent);
    const child = parent.fork(60);
    parent.dispose();
    child.append(tokens.slice(60));
    expect(await engine.readLogits(child)).toEqual(await alone(tokens));
    expect([child.numCachedTokens, child.numEvaluatedTokens]).toEqual([60, 40]);
  });

  it('a truncated sequence that grows again', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 90);
    const sequence = opened(engine, [...tokens.slice(0, 70), ...tokens.slice(0, 15)]);
    await engine.readLogits(sequence);
    sequence.truncate(70);
    sequence.append(tokens.slice(70));
    expect(await engine.readLogits(sequence)).toEqual(await alone(tokens));
    expect(sequence.numEvaluatedTokens).toBe(85 + 20);
  });

  it('a prompt in chunks and in one piece', async () => {
    const engine = await open({ batchTokens: 512 });
    const tokens = tokensOf(engine, 300);
    const whole = await engine.readLogits(opened(engine, tokens));
    expect(await alone(tokens, { batchTokens: 32 })).toEqual(whole);
    expect(await alone(tokens, { batchTokens: 7 })).toEqual(whole);
    expect(engine.counters).toMatchObject({ rows: 300, decodes: 1 });
  });

  it('two sequences in one batch and each by itself', async () => {
    const engine = await open();
    // The second one's cells begin at 64, a multiple of what attention adds up at a time.
    const [first, second] = [tokensOf(engine, 64), tokensOf(engine, 64 + 50).slice(64)];
    const rows = await Promise.all(
      [first, second].map((tokens) => engine.readLogits(opened(engine, tokens))),
    );
    expect(engine.counters.decodes).toBe(1);
    expect(rows[0]).toEqual(await alone(first));
    expect(rows[1]).toEqual(await alone(second));
  });

  it('a row evaluated again', async () => {
    const engine = await open();
    const sequence = opened(engine, tokensOf(engine, 40));
    const first = await engine.readLogits(sequence);
    expect(await engine.readLogits(sequence)).toEqual(first);
    expect(sequence.numEvaluatedTokens).toBe(41);
  });
});

describe('shared work', () => {
  it('forks that wait for the same tokens are evaluated once', async () => {
    const engine = await open();
    const parent = opened(engine, tokensOf(engine, 50));
    const forks = [parent.fork(), parent.fork(), parent.fork()];
    const rows = await Promise.all(forks.map((fork) => engine.readLogits(fork)));
    expect(engine.counters).toMatchObject({ rows: 50, decodes: 1 });
    expect(rows[1]).toEqual(rows[0]);
    // The parent has the cells too, though it was not asked; its last row is computed again for its logits.
    expect(await engine.readLogits(parent)).toEqual(rows[0]);
    expect(engine.counters.rows).toBe(51);
    expect(forks.map((fork) => fork.numEvaluatedTokens)).toEqual([50, 0, 0]);
    expect(forks.map((fork) => fork.numCachedTokens)).toEqual([0, 50, 50]);
  });

  it('several requests for one sequence are one row', async () => {
    const engine = await open();
    const sequence = opened(engine, tokensOf(engine, 30));
    const uniforms = [0.1, 0.5, 0.9, 0.99];
    const picks = await Promise.all(
      uniforms.map((uniform) => engine.choose({ kind: 'sample', sequence, temperature: 1.5, uniform })),
    );
    expect(engine.counters).toMatchObject({ rows: 30, decodes: 1 });
    expect(new Set(picks.map(({ token }) => token)).size).toBeGreaterThan(1);
  });

  it('the two streams of a pair may be one sequence', async () => {
    const engine = await open();
    const sequence = opened(engine, tokensOf(engine, 30));
    const choice = await engine.choose({
      kind: 'guided',
      unconditional: sequence,
      conditional: sequence,
      guidanceStrength: 1.5,
      epsilon: 0,
      plausibility: 0,
      temperature: 0,
    });
    expect(engine.counters.rows).toBe(30);
    expect(choice.guidedLogprob).toBeCloseTo(choice.unconditionalLogprob, 5);
  });
});

describe('wrong use', () => {
  it('names what was wrong', async () => {
    const engine = await open({ maxSequences: 3 });
    const other = await open();
    const sequence = opened(engine, tokensOf(engine, 10));
    expect(() => sequence.append([1792])).toThrow(
      'Expected token ids in [0, 1792) for `tokens` but received 1792',
    );
    expect(() => sequence.append([-1])).toThrow(RangeError);
    expect(() => sequence.append([1.5])).toThrow(RangeError);
    expect(sequence.length).toBe(10);
    expect(() => sequence.truncate(11)).toThrow(
      'Expected an integer in [0, 10] for `length` but received 11',
    );
    expect(() => sequence.fork(-1)).toThrow(RangeError);
    const request = { kind: 'sample', sequence, temperature: 0 } as const;
    await expect(other.choose(request)).rejects.toThrow('Expected a sequence of this engine for `sequence`');
    await expect(engine.choose({ ...request, temperature: Number.NaN })).rejects.toThrow(RangeError);
    await expect(engine.choose({ ...request, temperature: 1 })).rejects.toThrow('`uniform`');
    await expect(engine.choose({ ...request, kind: 'beam' } as never)).rejects.toThrow('`kind`');
    await expect(engine.choose({ ...request, sequence: engine.openSequence() })).rejects.toThrow(
      'at least one token',
    );
    expect(() => engine.tokenBytes(-1)).toThrow(RangeError);
    expect(() => engine.isEndOfGeneration(1792)).toThrow(RangeError);
  });

  it('limits how many sequences are open', async () => {
    const engine = await open({ maxSequences: 2 });
    const [first] = [engine.openSequence(), engine.openSequence()];
    expect(() => engine.openSequence()).toThrow(expect.objectContaining({ code: 'ERR_CONTEXT' }));
    first!.dispose();
    first!.dispose();
    expect(engine.openSequence().length).toBe(0);
    expect(() => first!.append([1])).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
  });

  it('refuses what no context can hold', async () => {
    const engine = await open({ contextTokens: 2048 });
    expect(engine.maxSequenceTokens).toBe(1024);
    const sequence = opened(engine, new Array(1024).fill(5));
    expect(() => sequence.append([5])).toThrow(
      expect.objectContaining({ code: 'ERR_PROMPT_TOO_LONG', details: { length: 1025, maxLength: 1024 } }),
    );
    expect(sequence.length).toBe(1024);
  });

  it('refuses changes while a choice is in flight', async () => {
    const engine = await open();
    const sequence = opened(engine, tokensOf(engine, 10));
    const choice = engine.choose({ kind: 'sample', sequence, temperature: 0 });
    expect(() => sequence.append([1])).toThrow(expect.objectContaining({ code: 'ERR_BUSY' }));
    expect(() => sequence.truncate(1)).toThrow(expect.objectContaining({ code: 'ERR_BUSY' }));
    const fork = sequence.fork();
    sequence.dispose();
    expect((await choice).token).toBeGreaterThanOrEqual(0);
    expect(engine.openSequences).toBe(1);
    expect(await engine.readLogits(fork)).toHaveLength(1792);
  });
});

it('200 sessions leave no sequence and no cell behind', async () => {
  const engine = await open({ contextTokens: 512, maxSequences: 4 });
  const tokens = tokensOf(engine, 100);
  let before = 0;
  for (let session = 0; session < 200; session++) {
    const sequence = opened(engine, tokens);
    const fork = sequence.fork(session % 100);
    fork.append(tokens.slice(0, 5));
    await Promise.all(
      [sequence, fork].map((s) => engine.choose({ kind: 'sample', sequence: s, temperature: 0 })),
    );
    sequence.dispose();
    fork.dispose();
    if (session === 50) before = process.memoryUsage().rss;
  }
  expect(engine.openSequences).toBe(0);
  // All 512 cells are free again: one sequence may take nearly all of them.
  const long = opened(
    engine,
    Array.from({ length: 512 }, (_, i) => tokens[i % 100]!),
  );
  expect(await engine.readLogits(long)).toHaveLength(1792);
  expect(process.memoryUsage().rss - before).toBeLessThan(24e6);
});
