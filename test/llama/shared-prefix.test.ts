import { afterEach, describe, expect, it } from 'vitest';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { LlamaSequence } from '../../src/llama/llama-sequence.ts';
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
  return engine.tokenize(samplePrompt.repeat(6)).slice(0, length);
}

function opened(engine: LlamaEngine, tokens: readonly TokenId[]): LlamaSequence {
  const sequence = engine.openSequence();
  sequence.append(tokens);
  return sequence;
}

function counts({ numCachedTokens, numEvaluatedTokens }: LlamaSequence): [number, number] {
  return [numCachedTokens, numEvaluatedTokens];
}

describe('sequences that were opened by themselves', () => {
  it('take over the longest beginning that has cells, bit for bit', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 128);
    const [short, long] = [opened(engine, tokens.slice(0, 32)), opened(engine, tokens.slice(0, 96))];
    await engine.readLogits(short);
    await engine.readLogits(long);
    const third = opened(engine, tokens);
    const row = await engine.readLogits(third);
    expect([short, long, third].map(counts)).toEqual([
      [0, 32],
      [32, 64],
      [96, 32],
    ]);
    expect(engine.counters.rows).toBe(128);
    const other = await open();
    expect(row).toEqual(await other.readLogits(opened(other, tokens)));
  });

  it('of equal tokens evaluate the last one each', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 64);
    const [first, second] = [opened(engine, tokens), opened(engine, tokens)];
    const row = await engine.readLogits(first);
    expect(await engine.readLogits(second)).toEqual(row);
    expect(counts(second)).toEqual([63, 1]);
  });

  it('outlive the one that had the cells', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 100);
    const first = opened(engine, tokens.slice(0, 64));
    await engine.readLogits(first);
    const second = opened(engine, tokens);
    await engine.choose({ kind: 'sample', sequence: second, temperature: 0 });
    first.truncate(10);
    first.append(tokens.slice(50, 80));
    await engine.readLogits(first);
    first.dispose();
    const other = await open();
    expect(await engine.readLogits(second)).toEqual(await other.readLogits(opened(other, tokens)));
    expect(counts(second)).toEqual([64, 37]);
  });

  it('share nothing behind the first token that differs', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 100);
    await engine.readLogits(opened(engine, tokens));
    const second = opened(engine, [...tokens.slice(0, 40), tokens[40]! + 1, ...tokens.slice(41)]);
    const third = opened(engine, [tokens[0]! + 1, ...tokens.slice(1)]);
    await Promise.all([second, third].map((sequence) => engine.readLogits(sequence)));
    expect(counts(second)).toEqual([40, 60]);
    expect(counts(third)).toEqual([0, 100]);
  });

  it('share nothing where they are told not to', async () => {
    const engine = await open({ sharePrefixes: false });
    const tokens = tokensOf(engine, 100);
    const [first, second] = [opened(engine, tokens), opened(engine, tokens)];
    await engine.readLogits(first);
    await engine.readLogits(second);
    expect(counts(second)).toEqual([0, 100]);
  });

  it('that ask in one turn wait for the first of them', async () => {
    const engine = await open();
    const tokens = tokensOf(engine, 96);
    const agents = Array.from({ length: 8 }, (_, i) => opened(engine, [...tokens, 40 + i]));
    await Promise.all(agents.map((sequence) => engine.choose({ kind: 'sample', sequence, temperature: 0 })));
    expect(agents.map(counts)).toEqual([[0, 97], ...new Array(7).fill([96, 1])]);
    expect(engine.counters).toMatchObject({ rows: 97 + 7, decodes: 2 });
  });
});
