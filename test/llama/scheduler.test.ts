import { afterEach, describe, expect, it } from 'vitest';
import { pickToken } from '../../src/guidance/pick-token.ts';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { EngineOptions } from '../../src/llama/load-engine.ts';
import type { GuidedRequest } from '../../src/token-model.ts';
import { samplePrompt, sampleSignal, testEngine } from '../support/engine.ts';
import { randomModel, slowShape } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
const slowModel = randomModel(folder, 'slow', slowShape);
const engines: LlamaEngine[] = [];

async function open(options: Partial<EngineOptions> = {}): Promise<LlamaEngine> {
  const engine = await testEngine(options);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

function opened(engine: LlamaEngine, text: string) {
  const sequence = engine.openSequence();
  sequence.append(engine.tokenize(text));
  return sequence;
}

function filled(engine: LlamaEngine, length: number) {
  const sequence = engine.openSequence();
  sequence.append(Array.from({ length }, (_, i) => 5 + (i % 90)));
  return sequence;
}

function guided(engine: LlamaEngine): GuidedRequest {
  return {
    kind: 'guided',
    unconditional: opened(engine, samplePrompt),
    conditional: opened(engine, sampleSignal + samplePrompt),
    guidanceStrength: 1.5,
    epsilon: 0,
    plausibility: 0.1,
    temperature: 0,
  };
}

/** Greedy guided tokens. */
async function generate(engine: LlamaEngine, count: number): Promise<number[]> {
  const request = guided(engine);
  const tokens = [];
  for (let i = 0; i < count; i++) {
    const { token } = await engine.choose(request);
    tokens.push(token);
    request.unconditional.append([token]);
    request.conditional.append([token]);
  }
  return tokens;
}

describe('steps', () => {
  it('requests of one turn share a decode', async () => {
    const engine = await open();
    const sequences = [1, 2, 3, 4].map((n) => filled(engine, 10 * n));
    const choose = () =>
      Promise.all(sequences.map((sequence) => engine.choose({ kind: 'sample', sequence, temperature: 0 })));
    for (const [i, { token }] of (await choose()).entries()) sequences[i]!.append([token]);
    expect(engine.counters).toMatchObject({ rows: 100, decodes: 1 });
    await choose();
    expect(engine.counters).toMatchObject({ rows: 104, decodes: 2 });
  });

  it('a pair is one decode or two, with the same tokens', async () => {
    const dearTogether = [
      { rows: 1, ms: 1 },
      { rows: 2, ms: 4 },
      { rows: 8, ms: 5 },
    ];
    const [one, two] = [await open(), await open({ decodeCosts: dearTogether })];
    const tokens = await generate(one, 12);
    expect(await generate(two, 12)).toEqual(tokens);
    expect(one.counters.decodes).toBe(12);
    expect(two.counters.decodes).toBe(1 + 2 * 11);
    expect(one.counters.rows).toBe(two.counters.rows);
    const text = Buffer.concat(tokens.map((token) => one.tokenBytes(token))).toString();
    expect(text).toMatch(/^\w+/);
  });

  it('both rows of a long pair meet in one step', async () => {
    const engine = await open({ batchTokens: 16 });
    const request = guided(engine);
    const whole = await open();
    const [chunked, expected] = await Promise.all([engine.choose(request), whole.choose(guided(whole))]);
    expect(chunked.token).toBe(expected.token);
    expect(chunked.guidedLogprob).toBeCloseTo(expected.guidedLogprob!, 1);
    expect(engine.counters.rows).toBe(whole.counters.rows);
    expect(engine.counters.decodes).toBeGreaterThan(8);
  });

  it('samples what the reference picks from the same logits', async () => {
    const engine = await open();
    const sequence = opened(engine, samplePrompt);
    const logits = await engine.readLogits(sequence);
    const narrowings = [{}, { topK: 5 }, { topP: 0.9 }, { minP: 0.05 }, { topK: 20, topP: 0.95, minP: 0.01 }];
    for (const narrowing of narrowings) {
      for (const uniform of [0, 0.2, 0.5, 0.8, 0.97]) {
        const options = { temperature: 1.3, uniform, ...narrowing };
        const choice = await engine.choose({ kind: 'sample', sequence, ...options });
        expect(choice.token).toBe(pickToken(logits, options));
      }
    }
  });

  it('repeats itself', async () => {
    const runs = [];
    for (let run = 0; run < 2; run++) runs.push(await generate(await open(), 10));
    expect(runs[1]).toEqual(runs[0]);
  });
});

describe('abort', () => {
  it('ends a prefill within its decode and leaves the engine usable', async () => {
    const engine = await open({ modelPath: slowModel, contextTokens: 2048, batchTokens: 2048 });
    const sequence = filled(engine, 1500);
    const whole = performance.now();
    const undisturbed = await engine.readLogits(sequence);
    const wholeMs = performance.now() - whole;
    sequence.truncate(0);
    sequence.append(filled(engine, 1500).tokens);
    const { rows } = engine.counters;
    const abortion = new AbortController();
    const reason = new Error('enough');
    const begin = performance.now();
    setTimeout(() => abortion.abort(reason), wholeMs / 10);
    await expect(engine.readLogits(sequence, { signal: abortion.signal })).rejects.toBe(reason);
    const abortedMs = performance.now() - begin;
    console.log(`prefill of 1500 tokens: ${wholeMs.toFixed(0)} ms, aborted after ${abortedMs.toFixed(0)} ms`);
    expect(abortedMs).toBeLessThan(wholeMs * 0.7);
    expect(engine.counters.rows).toBe(rows);
    expect(await engine.readLogits(sequence)).toEqual(undisturbed);
  });

  it('rejects at once what has not begun, and leaves others alone', async () => {
    const engine = await open();
    const [first, second] = [filled(engine, 20), filled(engine, 30)];
    const abortion = new AbortController();
    const aborted = engine.readLogits(first, { signal: abortion.signal });
    const kept = engine.readLogits(second);
    abortion.abort('stop');
    await expect(aborted).rejects.toBe('stop');
    expect(await kept).toHaveLength(1792);
    expect(first.numEvaluatedTokens).toBe(0);
    await expect(engine.readLogits(first, { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    first.append([5]);
  });

  it('may be shared by many requests without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const engine = await open();
    const sequence = filled(engine, 20);
    const { signal } = new AbortController();
    const request = { kind: 'sample', sequence, temperature: 1 } as const;
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => engine.choose({ ...request, uniform: i / 40 }, { signal })),
    );
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('of one request in a shared step does not end the other', async () => {
    const engine = await open({ modelPath: slowModel, contextTokens: 2048 });
    const abortion = new AbortController();
    const aborted = engine.readLogits(filled(engine, 200), { signal: abortion.signal });
    const kept = engine.readLogits(filled(engine, 210));
    setTimeout(() => abortion.abort('stop'), 20);
    await expect(aborted).rejects.toBe('stop');
    expect(await kept).toHaveLength(2048);
  });
});
