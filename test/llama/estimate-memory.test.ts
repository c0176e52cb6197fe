import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimateMemory } from '../../src/llama/estimate-memory.ts';
import { readGgufHeader } from '../../src/llama/read-gguf-header.ts';
import { miniPath, testEngine } from '../support/engine.ts';
import { randomModel } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();

function written(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('an estimate', () => {
  it.each([
    ['the embedded model', () => miniPath],
    ['shared heads and Q4_0', () => randomModel(folder, 'random', { weights: 'Q4_0', keyValueHeads: 2 })],
  ])('agrees with the loaded model: %s', async (_, path) => {
    const modelPath = path();
    const estimate = await estimateMemory({ modelPath, contextTokens: 1000, maxSequences: 64 });
    await using engine = await testEngine({ modelPath, contextTokens: 1000, maxSequences: 64 });
    const { layers, embeddingSize, heads, keyValueHeads, weightBytes } = engine.facts;
    console.log(`weights: ${estimate?.weightBytes} estimated, ${weightBytes} loaded`);
    expect(estimate?.weightBytes).toBeGreaterThanOrEqual(weightBytes);
    expect(estimate?.weightBytes).toBeLessThan(weightBytes * 1.02);
    const width = (embeddingSize / heads) * keyValueHeads;
    expect(estimate?.cacheBytes).toBe(engine.contextTokens * layers * 2 * width * 2);
    expect(estimate?.logitsBytes).toBe(64 * engine.vocabularySize * 4);
  });

  it('grows with the cache and its number format', async () => {
    const cacheBytes = async (options: object) =>
      (await estimateMemory({ modelPath: miniPath, ...options }))!.cacheBytes;
    const f16 = await cacheBytes({ contextTokens: 1024 });
    expect(await cacheBytes({ contextTokens: 2048 })).toBe(2 * f16);
    expect(await cacheBytes({})).toBe(2 * f16);
    expect(await cacheBytes({ contextTokens: 1024, kvType: 'f32' })).toBe(2 * f16);
    expect(await cacheBytes({ contextTokens: 1024, kvType: 'q8_0' })).toBe((f16 * 34) / 64);
  });

  it('is spelled out where it exceeds the memory', async () => {
    await expect(testEngine({ contextTokens: 1 << 24 })).rejects.toMatchObject({
      code: 'ERR_CONTEXT',
      message: expect.stringMatching(/a cache of 16777216 tokens [\d.]+ GB and 64 rows of logits/),
      details: { contextTokens: 1 << 24 },
    });
  });
});

describe('a workload', () => {
  const workload = { agents: 8, candidates: 3, candidateTokens: 60, promptTokens: 500, signalTokens: 700 };
  const sum = 500 + 8 * (2 * 512 + 700 + 32 + 3 * 60);

  it('makes the cache and the sequences large enough for it', async () => {
    await using engine = await testEngine({ workload });
    expect(engine.contextTokens).toBe(Math.ceil(sum / 256) * 256);
    expect(engine.maxSequences).toBe(8 * 5 + 1);
    expect((await estimateMemory({ modelPath: miniPath, workload }))?.contextTokens).toBe(sum);
  });

  it('makes nothing smaller than it is without, and gives way to what is asked for', async () => {
    const contextTokens = async (options: object) =>
      (await estimateMemory({ modelPath: miniPath, ...options }))!.contextTokens;
    expect(await contextTokens({ workload: { newTokens: 16, promptTokens: 100, signalTokens: 100 } })).toBe(
      await contextTokens({}),
    );
    expect(await contextTokens({ workload, contextTokens: 1024 })).toBe(1024);
    await using engine = await testEngine({ workload, contextTokens: 1024, maxSequences: 12 });
    expect([engine.contextTokens, engine.maxSequences]).toEqual([1024, 12]);
  });

  it('is refused with the sum spelled out: memory, sequences', async () => {
    await expect(testEngine({ workload: { agents: 40, newTokens: 1e6 } })).rejects.toMatchObject({
      code: 'ERR_CONTEXT',
      message: expect.stringMatching(
        /cache of 80054784 tokens \(40 agents × \(2 × 1000000 of the answer \+ 1024 of the signal \+ 32 \+ 3 × 96 of candidates\) \+ 1024 of the prompt\) [\d.]+ GB.*lower the `workload`/,
      ),
    });
    await expect(testEngine({ workload: { agents: 64 } })).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('64 agents × (2 streams + 3 candidates) + 1 for the prompt = 321'),
    });
  });
});

describe('a head that cannot be read', () => {
  const whole = readFileSync(miniPath);

  it.each([
    ['empty', Buffer.alloc(0)],
    ['another format', Buffer.from('PK\u0003\u0004 and more')],
    ['another version', Buffer.concat([Buffer.from('GGUF'), Buffer.from([1, 0, 0, 0]), whole.subarray(8)])],
    ['cut off', whole.subarray(0, 1000)],
    ['damaged', Buffer.concat([whole.subarray(0, 24), Buffer.alloc(400, 0xff), whole.subarray(424)])],
  ])('gives none: %s', async (name, bytes) => {
    expect(await readGgufHeader(written(`${name}.gguf`, bytes))).toBeUndefined();
  });

  it('gives none, and ends no process: an array of numbers without end', async () => {
    const head = Buffer.alloc(49);
    head.write('GGUF');
    head.writeUInt32LE(3, 4);
    // One entry, of the key k.
    for (const at of [16, 24]) head.writeBigUInt64LE(1n, at);
    head.write('k', 32);
    head.writeUInt32LE(9, 33);
    head.writeBigUInt64LE(1n << 40n, 41);
    const path = written('endless.gguf', head);
    truncateSync(path, 160_000_000);
    expect(await readGgufHeader(path)).toBeUndefined();
  });

  it('of no file throws', async () => {
    await expect(estimateMemory({ modelPath: join(folder, 'none.gguf') })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
