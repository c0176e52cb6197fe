import { type EngineOptions, type LlamaEngine, loadEngine, type TokenId } from '../../../src/index.ts';
import { seeded } from '../seeded.mjs';
import type { TokenPair } from './token-pairs.ts';

/** Logits behind a row, [vocabularySize], come to in two ways. */
export interface Reading {
  readonly got: Float32Array;
  /** From the very same cells; absent where those of the reference will do. */
  readonly expected?: Float32Array;
}

/** Of the rows behind one guided choice. */
export interface PairReading {
  readonly unconditional: Reading;
  readonly conditional: Reading;
}

/** A way to come to a row's logits that should change nothing. */
export interface Way {
  /** Ways of one group are one figure. */
  readonly group: string;
  readonly name: string;
  readonly engine?: Partial<EngineOptions>;
  /** Readies an engine's cache for all rows. */
  prepare?(engine: LlamaEngine): Promise<void>;
  /** Reads behind the last of some tokens; by default prompt in one decode, last row alone, empty cache. */
  read?(engine: LlamaEngine, tokens: readonly TokenId[]): Promise<Reading>;
}

/** One thread; every step one decode; nothing shared, so that every row is computed where it is asked for. */
export const plain = {
  gpu: false,
  threads: 1,
  contextTokens: 4096,
  batchTokens: 1024,
  maxSequences: 48,
  decodeCosts: [
    { rows: 1, ms: 1 },
    { rows: 32, ms: 8 },
  ],
  sharePrefixes: false,
} as const satisfies Partial<EngineOptions>;

/** What the others are held against. */
export const reference: Way = { group: 'alone', name: 'alone, prompt in one decode, empty cache' };

export function numericsWays(): Way[] {
  return [
    { group: 'repeated', name: 'the same again' },
    ...[2, 4, 8, 16, 32].map((rows) => batched(rows)),
    ...[1, 7, 32].map(chunked),
    scattered(),
    evicted(),
    { group: 'threads', name: '2 threads', engine: { threads: 2 } },
    { group: 'no_flash', name: 'without flash attention', engine: { flashAttention: false } },
    {
      ...batched(8, { flashAttention: false }),
      group: 'no_flash_batched',
      name: 'without flash attention: one of 8 rows against alone',
    },
  ];
}

/** Reads all pairs in one way. */
export async function readPairs(
  way: Way,
  modelPath: string,
  pairs: readonly TokenPair[],
): Promise<PairReading[]> {
  await using engine = await loadEngine({ modelPath, ...plain, ...way.engine });
  await way.prepare?.(engine);
  const read = way.read ?? readAlone;
  const readings: PairReading[] = [];
  for (const { unconditional, conditional } of pairs) {
    readings.push({
      unconditional: await read(engine, unconditional),
      conditional: await read(engine, conditional),
    });
  }
  return readings;
}

async function readAlone(engine: LlamaEngine, tokens: readonly TokenId[]): Promise<Reading> {
  return await readChunked(engine, tokens, tokens.length);
}

/** The tokens before the last one in decodes of `size`, the last one alone. */
async function readChunked(engine: LlamaEngine, tokens: readonly TokenId[], size: number): Promise<Reading> {
  const sequence = engine.openSequence();
  for (let begin = 0; begin < tokens.length - 1; begin += size) {
    sequence.append(tokens.slice(begin, Math.min(begin + size, tokens.length - 1)));
    await engine.readLogits(sequence);
  }
  sequence.append(tokens.slice(-1));
  const got = await engine.readLogits(sequence);
  sequence.dispose();
  return { got };
}

function chunked(size: number): Way {
  return {
    group: 'chunked',
    name: `prompt in decodes of ${size}`,
    read: (engine, tokens) => readChunked(engine, tokens, size),
  };
}

/** The row alone, and then again, in the same cell, first among those of other sequences. */
function batched(rows: number, options: Partial<EngineOptions> = {}): Way {
  const others: ReturnType<LlamaEngine['openSequence']>[] = [];
  return {
    group: 'batched',
    name: `one of ${rows} rows`,
    engine: options,
    async prepare(engine) {
      const draw = seeded(rows);
      others.length = 0;
      const place = engine.openSequence();
      place.append(Array.from({ length: 1024 }, () => draw() % 1000));
      await engine.readLogits(place);
      for (let i = 1; i < rows; i++) {
        const other = engine.openSequence();
        other.append(Array.from({ length: 24 }, () => draw() % 1000));
        await engine.readLogits(other);
        others.push(other);
      }
      place.dispose();
    },
    async read(engine, tokens) {
      const sequence = engine.openSequence();
      sequence.append(tokens.slice(0, -1));
      await engine.readLogits(sequence);
      sequence.append(tokens.slice(-1));
      const expected = await engine.readLogits(sequence);
      const before = engine.counters;
      const [got] = await Promise.all([
        engine.readLogits(sequence),
        ...others.map((other) => engine.choose({ kind: 'sample', sequence: other, temperature: 0 })),
      ]);
      const { rows: rowsAfter, decodes } = engine.counters;
      if (rowsAfter - before.rows !== rows || decodes - before.decodes !== 1)
        throw new Error(`Expected ${rows} rows in one decode`);
      sequence.dispose();
      return { got, expected };
    },
  };
}

/** In a cache that was full before every second of its short sequences went: the row's cells lie in the gaps. */
function scattered(): Way {
  return {
    group: 'placed',
    name: 'cells in gaps of a full cache',
    engine: { contextTokens: 2048, maxSequences: 256 },
    async prepare(engine) {
      const draw = seeded(5);
      const filled: ReturnType<LlamaEngine['openSequence']>[] = [];
      for (let left = engine.contextTokens; left > 0; ) {
        const length = Math.min(left, 1 + (draw() % 20));
        const sequence = engine.openSequence();
        sequence.append(Array.from({ length }, () => draw() % 1000));
        await engine.readLogits(sequence);
        filled.push(sequence);
        left -= length;
      }
      for (const [i, sequence] of filled.entries()) if (i % 2 === 0) sequence.dispose();
    },
  };
}

/** The row's own cells were taken by others and are made again, its last token in one decode with those before. */
function evicted(): Way {
  return {
    group: 'placed',
    name: 'evicted, and evaluated again',
    engine: { contextTokens: 768 },
    async read(engine, tokens) {
      const sequence = engine.openSequence();
      sequence.append(tokens);
      await engine.readLogits(sequence);
      const draw = seeded(tokens.length);
      const others: (typeof sequence)[] = [];
      while (sequence.cachedLength > 0) {
        const other = engine.openSequence();
        other.append(Array.from({ length: 50 + (draw() % 50) }, () => draw() % 1000));
        await engine.readLogits(other);
        others.push(other);
      }
      const got = await engine.readLogits(sequence);
      for (const other of [sequence, ...others]) other.dispose();
      return { got };
    },
  };
}
