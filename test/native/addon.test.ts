import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeAddon, NativeContext, NativeModel, NativeStep } from '../../src/llama/addon.ts';
import { openLibraries } from '../../src/llama/open-libraries.ts';
import { miniPath } from '../support/engine.ts';

/** What the addon itself refuses: llama.cpp would end the process, or take it silently. */
let addon: NativeAddon;
let model: NativeModel;
let context: NativeContext;
const contextOptions = {
  contextTokens: 512,
  batchTokens: 64,
  maxSequences: 2,
  maxOutputs: 2,
  threads: 1,
  flashAttention: 0,
  cacheType: 'f16',
} as const;

beforeAll(async () => {
  ({ addon } = openLibraries({ gpu: false }));
  model = await addon.loadModel(miniPath, { gpuLayers: 0, mmap: true }).model;
  context = await addon.createContext(model, contextOptions);
});

afterAll(() => {
  context.dispose();
  context.dispose();
  model.dispose();
  model.dispose();
});

function step(rows: number, changes: Partial<NativeStep> = {}): NativeStep {
  return {
    tokens: new Int32Array(rows).fill(5),
    positions: Int32Array.from({ length: rows }, (_, i) => i),
    sequences: new Int32Array(rows),
    outputs: Int8Array.from({ length: rows }, (_, i) => (i === rows - 1 ? 1 : 0)),
    decodeSizes: Int32Array.of(rows),
    choices: [],
    copies: Int32Array.of(0),
    ...changes,
  };
}

const pick = {
  row: 0,
  conditionalRow: -1,
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  uniform: 0,
  guidanceStrength: 0,
  epsilon: 0,
  plausibility: 0,
  guidanceGate: 0,
  topCount: 0,
  draftToken: -1,
};

describe('a step', () => {
  it.each<[string, NativeStep]>([
    ['no rows', step(0)],
    ['a token outside the vocabulary', step(2, { tokens: Int32Array.of(5, 1792) })],
    ['a negative token', step(2, { tokens: Int32Array.of(-1, 5) })],
    ['a negative position', step(1, { positions: Int32Array.of(-1) })],
    ['a sequence that the context has not', step(1, { sequences: Int32Array.of(2) })],
    ['arrays of different lengths', step(3, { positions: Int32Array.of(0, 1) })],
    ['a decode that is too large', step(65)],
    ['decodes that leave rows out', step(4, { decodeSizes: Int32Array.of(2) })],
    ['decodes that have too many rows', step(4, { decodeSizes: Int32Array.of(2, 3) })],
    ['an empty decode', step(4, { decodeSizes: Int32Array.of(4, 0) })],
    ['more outputs than sequences', step(4, { outputs: Int8Array.of(1, 1, 1, 1) })],
    ['a choice without a row', step(2, { choices: [{ ...pick, row: 1 }] })],
    ['a pair without a row', step(2, { choices: [{ ...pick, conditionalRow: 1 }] })],
    ['a copy without a row', step(2, { copies: Int32Array.of(1) })],
    ['other arrays', step(2, { tokens: [5, 5] as never })],
    ['no choices', step(2, { choices: undefined as never })],
    ['half a choice', step(2, { choices: [{ row: 0 } as never] })],
  ])('with %s is refused', (_, wrong) => {
    expect(() => context.step(wrong)).toThrow();
  });

  it('runs alone', async () => {
    const running = context.step(step(60));
    expect(() => context.step(step(60))).toThrow('busy');
    expect(() => context.removeCells(0, 0)).toThrow('busy');
    expect(() => context.shareCells(0, 1, 0, 1)).toThrow('busy');
    const { status, completedDecodes, copies } = await running;
    expect({ status, completedDecodes, logits: copies.length }).toEqual({
      status: 'done',
      completedDecodes: 1,
      logits: 1792,
    });
    context.removeCells(0, 0);
  });

  it('fails for a gap in the positions and leaves the context usable', async () => {
    const gap = await context.step(step(2, { positions: Int32Array.of(0, 2) }));
    expect(gap).toMatchObject({ status: 'failed', code: -1, completedDecodes: 0 });
    expect(gap.log).toContain('position');
    expect((await context.step(step(2))).status).toBe('done');
    context.removeCells(0, 0);
  });

  it('counts the decodes that completed', async () => {
    const half = await context.step(
      step(4, { positions: Int32Array.of(0, 1, 5, 6), decodeSizes: Int32Array.of(2, 2) }),
    );
    expect(half).toMatchObject({ status: 'failed', completedDecodes: 1 });
    context.removeCells(0, 0);
  });

  it('keeps rows of earlier decodes', async () => {
    const outputs = Int8Array.of(0, 1, 0, 1);
    const [together, apart] = [Int32Array.of(4), Int32Array.of(2, 2)];
    const rows = [];
    for (const decodeSizes of [together, apart]) {
      const { copies } = await context.step(step(4, { outputs, decodeSizes, copies: Int32Array.of(0, 1) }));
      rows.push(copies);
      context.removeCells(0, 0);
    }
    expect(rows[1]).toEqual(rows[0]);
  });
});

describe('an object', () => {
  it('cannot be made by hand', () => {
    const Model = model.constructor as new () => unknown;
    const Context = context.constructor as new () => unknown;
    expect(() => new Model()).toThrow('loadModel');
    expect(() => new Context()).toThrow('createContext');
    expect(() => addon.createContext({} as never, contextOptions)).toThrow(TypeError);
    expect(() => addon.createContext(context as never, contextOptions)).toThrow(TypeError);
    expect(() => model.facts.call({} as never)).toThrow();
    expect(() => model.facts.call(context as never)).toThrow();
  });

  it('cannot be used once disposed', async () => {
    const other = await addon.loadModel(miniPath, { gpuLayers: 0, mmap: true }).model;
    const its = await addon.createContext(other, contextOptions);
    other.dispose();
    // The context keeps the model alive.
    expect((await its.step(step(3))).status).toBe('done');
    expect(() => other.facts()).toThrow('disposed');
    const running = its.step(step(60, { positions: Int32Array.from({ length: 60 }, (_, i) => i + 3) }));
    its.dispose();
    expect(['done', 'aborted']).toContain((await running).status);
    expect(() => its.facts()).toThrow('disposed');
    its.abort();
  });

  it('is not shared between two builds of llama.cpp', () => {
    expect(() => addon.openLibraries({ base: '/none', ggml: '/none', llama: '/none' })).toThrow('one build');
  });
});
