import { afterEach, describe, expect, it } from 'vitest';
import { uniformStream } from '../../src/guidance/uniform-stream.ts';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { LlamaSequence } from '../../src/llama/llama-sequence.ts';
import type { EngineOptions } from '../../src/llama/load-engine.ts';
import type { GuidedRequest, TokenId } from '../../src/token-model.ts';
import { samplePrompt, sampleSignal, testEngine } from '../support/engine.ts';

const engines: LlamaEngine[] = [];

async function open(options: Partial<EngineOptions> = {}): Promise<LlamaEngine> {
  const engine = await testEngine({ contextTokens: 256, batchTokens: 64, maxSequences: 32, ...options });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

/** Texts that part at once. */
function opened(engine: LlamaEngine, which: number, length: number): LlamaSequence {
  const sequence = engine.openSequence();
  const tokens = engine.tokenize(samplePrompt.repeat(8));
  sequence.append([40 + which, ...tokens].slice(0, length));
  return sequence;
}

function argmax(row: Float32Array): number {
  return row.indexOf(Math.max(...row));
}

async function follow(engine: LlamaEngine, request: GuidedRequest): Promise<TokenId> {
  const { token } = await engine.choose(request);
  request.unconditional.append([token]);
  request.conditional.append([token]);
  return token;
}

/** As the controller does: candidates of some tokens, then guided ones, line after line. */
async function solveAlike(engine: LlamaEngine, which: number, lines: number): Promise<TokenId[]> {
  const unconditional = opened(engine, which, 80);
  const written: TokenId[] = [];
  const draw = uniformStream(which);
  let conditional: LlamaSequence | undefined;
  for (let line = 0; line < lines; line++) {
    const candidates = Array.from({ length: 3 }, async () => {
      const candidate = unconditional.fork();
      for (let i = 0; i < 6; i++) {
        const { token } = await engine.choose({
          kind: 'sample',
          sequence: candidate,
          temperature: 1,
          uniform: draw(),
        });
        candidate.append([token]);
      }
      candidate.dispose();
    });
    await Promise.all(candidates);
    conditional?.dispose();
    conditional = unconditional.fork(40);
    conditional.append([...engine.tokenize(sampleSignal), ...unconditional.tokens.slice(40)]);
    const request = { unconditional, conditional, ...guidance };
    for (let i = 0; i < 8; i++) written.push(await follow(engine, request));
  }
  unconditional.dispose();
  conditional?.dispose();
  return written;
}

const guidance = {
  kind: 'guided',
  guidanceStrength: 1.5,
  epsilon: 0,
  plausibility: 0.1,
  temperature: 0,
} as const;

describe('what fits alone is answered', () => {
  it('one after the other, and again, bit for bit as in a large cache', async () => {
    const [small, large] = [await open(), await open({ contextTokens: 4096 })];
    const [first, second] = [opened(small, 0, 150), opened(small, 1, 180)];
    const expected = [];
    for (const { tokens } of [first, second]) {
      const sequence = large.openSequence();
      sequence.append(tokens);
      expected.push(await large.readLogits(sequence));
    }
    for (let round = 0; round < 2; round++) {
      for (const [i, sequence] of [first, second].entries()) {
        expect(await small.readLogits(sequence)).toEqual(expected[i]);
      }
    }
    expect([first.numEvaluatedTokens, second.numEvaluatedTokens]).toEqual([2 * 150, 2 * 180]);
    expect(small.counters.rows).toBe(2 * (150 + 180));
  });

  it('in one turn of the event loop', async () => {
    const engine = await open({ batchTokens: 256 });
    const sequences = [opened(engine, 0, 100), opened(engine, 1, 200), opened(engine, 2, 250)];
    const rows = await Promise.all(sequences.map((sequence) => engine.readLogits(sequence)));
    expect(rows.map(({ length }) => length)).toEqual([1792, 1792, 1792]);
  });

  it('a pair, whose common beginning is evaluated once again', async () => {
    const engine = await open();
    const unconditional = opened(engine, 0, 200);
    await engine.readLogits(unconditional);
    const conditional = unconditional.fork(180);
    conditional.append(engine.tokenize(samplePrompt).slice(0, 40));
    const request = { unconditional, conditional, ...guidance };
    const { token } = await engine.choose(request);
    await engine.readLogits(opened(engine, 1, 200));
    const before = engine.counters.rows;
    expect((await engine.choose(request)).token).toBe(token);
    expect(engine.counters.rows - before).toBe(200 + 40);
  });

  it('without its draft, where that does not fit', async () => {
    const engine = await open();
    const sequence = opened(engine, 0, 250);
    const request = { kind: 'sample', sequence, temperature: 0 } as const;
    const { token } = await engine.choose(request);
    const fork = sequence.fork(249);
    fork.append([7]);
    await engine.readLogits(fork);
    const choices = await engine.chooseAlong(request, [token, 9, 9, 9, 9, 9], []);
    expect(choices[0]!.token).toBe(token);
  });

  it('concurrent runs that do not fit together', async () => {
    const [small, large] = [await open(), await open({ contextTokens: 4096 })];
    const runs = [0, 1, 2, 3];
    const expected = [];
    for (const which of runs) expected.push(await solveAlike(large, which, 4));
    const written = await Promise.all(runs.map((which) => solveAlike(small, which, 4)));
    console.log(`rows: ${small.counters.rows} with 256 cells, ${large.counters.rows} one by one with 4096`);
    expect(written).toEqual(expected);
    expect(small.openSequences).toBe(0);
    // Without turns each of the 200 steps would evaluate a whole prompt again.
    expect(small.counters.rows).toBeLessThan(6 * large.counters.rows);
  });
});

/** Rows of other shapes and cells in another order change a logit by some hundredths; wrong cells by whole nats. */
const rounding = 0.2;

describe('a crowd of random requests', () => {
  it.each([1, 2, 3])('ends, with the picks of a large cache, near ties aside: %i', async (seed) => {
    const [small, large] = [await open(), await open({ contextTokens: 4096 })];
    const draw = uniformStream(seed);
    const upTo = (count: number) => Math.floor(draw() * count);
    const agents = Array.from({ length: 6 }, (_, i) => ({
      sequence: opened(small, i % 3, 20 + upTo(120)),
      twin: large.openSequence(),
    }));
    for (const { sequence, twin } of agents) twin.append(sequence.tokens);
    const work = agents.map(async ({ sequence, twin }) => {
      for (let step = 0; step < 12; step++) {
        const temperature = 0;
        const abortion = new AbortController();
        const aborts = upTo(5) === 0;
        if (aborts) setTimeout(() => abortion.abort('stop'), upTo(4));
        const draft = Array.from({ length: upTo(4) }, () => 300 + upTo(9));
        const choice = small
          .chooseAlong({ kind: 'sample', sequence, temperature }, draft, [], { signal: abortion.signal })
          .catch((reason) => {
            if (reason !== 'stop') throw reason;
          });
        const [picks, expected] = [
          await choice,
          await large.choose({ kind: 'sample', sequence: twin, temperature, topCount: 5 }),
        ];
        if (picks) {
          const { token, unconditionalLogprob } = picks[0]!;
          const there = expected.top!.unconditional.find((other) => other.token === token);
          expect(Math.abs(there!.logprob - unconditionalLogprob)).toBeLessThan(rounding);
          expect(expected.unconditionalLogprob - there!.logprob).toBeLessThan(rounding);
        }
        const length = upTo(4) === 0 ? 10 + upTo(sequence.length - 10) : sequence.length;
        for (const each of [sequence, twin]) {
          each.truncate(length);
          each.append([expected.token]);
        }
      }
    });
    await Promise.all(work);
    for (const { sequence } of agents) sequence.dispose();
    expect((await small.readLogits(opened(small, 0, 256))).length).toBe(1792);
  });
});

describe('what exceeds the cache alone', () => {
  it('is refused and leaves the others usable', async () => {
    const engine = await open();
    const other = opened(engine, 2, 100);
    const before = await engine.readLogits(other);
    const request = {
      ...guidance,
      unconditional: opened(engine, 0, 150),
      conditional: opened(engine, 1, 150),
    };
    await expect(engine.choose(request)).rejects.toMatchObject({ code: 'ERR_CACHE_FULL' });
    expect(argmax(await engine.readLogits(other))).toBe(argmax(before));
  });
});
