import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { growModel } from '../../bench/support/grow-model.ts';
import { heldoutTasks } from '../../bench/support/heldout-tasks.ts';
import {
  byteLength,
  decode,
  encode,
  fromHalf,
  type TensorType,
  toHalf,
} from '../../bench/support/tensor-formats.ts';
import { embeddedModel, loadEngine } from '../../src/index.ts';
import { resolveOptions } from '../../src/options.ts';
import { buildPrompt } from '../../src/prompt/build-prompt.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();

/** Heads twice as large, groups of three, a wider vocabulary: every way in which a shape may differ. */
const shape = {
  layers: 9,
  embeddingSize: 1536,
  heads: 12,
  keyValueHeads: 4,
  feedForwardSize: 1056,
  vocabularySize: 4096,
} as const;

describe('a grown model', () => {
  it.each(['Q4_0', 'Q8_0', 'F16'] as const)('computes in %s what the small one does', async (weights) => {
    const path = await growModel(embeddedModel.path(), join(folder, `${weights}.gguf`), {
      ...shape,
      weights,
    });
    const options = { gpu: false, threads: 1, contextTokens: 1024 } as const;
    await using small = await loadEngine({ ...options, modelPath: embeddedModel.path() });
    await using large = await loadEngine({ ...options, modelPath: path });
    let largest = 0;
    for (const task of heldoutTasks(6)) {
      const { head, tail } = buildPrompt(task, resolveOptions(embeddedModel.options), () => undefined);
      const prompt = [...head, ...tail].map(({ text }) => text).join('');
      const [one, other] = [small, large].map((engine) => {
        const sequence = engine.openSequence();
        sequence.append(engine.tokenize(prompt));
        return { engine, sequence };
      });
      for (let i = 0; i < 12; i++) {
        const picks = await Promise.all(
          [one!, other!].map(({ engine, sequence }) =>
            engine.choose({ kind: 'sample', sequence, temperature: 0 }),
          ),
        );
        expect(picks[1]!.token).toBe(picks[0]!.token);
        largest = Math.max(
          largest,
          Math.abs(picks[1]!.unconditionalLogprob - picks[0]!.unconditionalLogprob),
        );
        one!.sequence.append([picks[0]!.token]);
        other!.sequence.append([picks[0]!.token]);
      }
      one!.sequence.dispose();
      other!.sequence.dispose();
    }
    console.log(`${weights}: largest difference of a logprob ${largest.toFixed(4)} nats`);
    expect(largest).toBeLessThan(0.2);
  });
});

describe('a tensor format', () => {
  it.each([
    ['F32', 0],
    ['F16', 2 ** -11],
    ['Q8_0', 1 / 250],
    ['Q4_0', 1 / 7],
  ] satisfies [TensorType, number][])('%s holds numbers within %d of the largest', (type, error) => {
    const numbers = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i) * (i < 32 ? 1 : 0.01));
    const bytes = Buffer.alloc(byteLength(64, type));
    encode(numbers, type, bytes);
    const held = decode(bytes, type);
    for (const [i, x] of numbers.entries())
      expect(Math.abs(held[i]! - x)).toBeLessThanOrEqual(error * (i < 32 ? 1 : 0.01) + 1e-9);
  });

  it('holds every float16 exactly', () => {
    for (let half = 0; half < 0x7c00; half++) {
      expect(toHalf(fromHalf(half))).toBe(half);
      expect(toHalf(-fromHalf(half))).toBe(half | 0x8000);
    }
  });
});
