import { describe, expect, it } from 'vitest';
import { logSoftmax } from '../../src/guidance/log-softmax.ts';
import { pickToken } from '../../src/guidance/pick-token.ts';
import { loadAddon } from '../../src/llama/load-addon.ts';
import { randomRow } from '../support/random-row.ts';

const addon = loadAddon();
const all = { topK: 0, topP: 1, minP: 0 };
const uniforms = [0, 0.1, 0.37, 0.5, 0.73, 0.95, 0.999];

describe.each([false, true])('plain kernels: %s', (plain) => {
  it.each([
    { temperature: 1, ...all },
    { temperature: 0.8, ...all },
    { temperature: 2, ...all },
    { temperature: 0.8, ...all, topK: 5 },
    { temperature: 0.8, ...all, topP: 0.95 },
    { temperature: 0.8, ...all, topP: 0 },
    { temperature: 1.5, ...all, minP: 0.05 },
    { temperature: 0.7, topK: 40, topP: 0.9, minP: 0.02 },
    { temperature: 0.7, topK: 1, topP: 1, minP: 0 },
  ])('picks what the reference picks: %o', (options) => {
    for (const size of [7, 2048, 32256]) {
      const row = randomRow(size, size);
      row[3] = Number.NaN;
      row[5] = -Infinity;
      for (const uniform of uniforms) {
        const expected = pickToken(row, { ...options, uniform });
        expect(addon.pickToken(row, { ...options, uniform, plain })).toBe(expected);
      }
    }
  });
});

it('takes the lower id of a tie', () => {
  const row = Float32Array.of(0, 2, 1, 2, 2);
  expect(addon.pickToken(row, { temperature: 0, ...all, uniform: 0 })).toBe(1);
  expect(addon.pickToken(row, { temperature: 1, ...all, topK: 2, uniform: 0.49 })).toBe(1);
  expect(addon.pickToken(row, { temperature: 1, ...all, topK: 2, uniform: 0.51 })).toBe(3);
});

it('follows the distribution', () => {
  const row = randomRow(50, 9, 1.5);
  const probabilities = logSoftmax(row).map(Math.exp);
  const draws = 20_000;
  const counts = new Float64Array(50);
  for (let i = 0; i < draws; i++) {
    const uniform = (i + 0.5) / draws;
    const token = addon.pickToken(row, { temperature: 1, ...all, uniform });
    counts[token]! += 1 / draws;
  }
  const largest = Math.max(...probabilities.map((p, i) => Math.abs(p - counts[i]!)));
  expect(largest).toBeLessThan(2 / draws);
});

it('has no token where none is possible', () => {
  const row = new Float32Array(9).fill(-Infinity);
  expect(addon.pickToken(row, { temperature: 1, ...all, uniform: 0.5 })).toBe(-1);
});
