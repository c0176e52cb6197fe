import { describe, expect, it } from 'vitest';
import { logSoftmax } from '../../src/guidance/log-softmax.ts';
import { mixLogits } from '../../src/guidance/mix-logits.ts';
import { totalVariation } from '../../src/guidance/total-variation.ts';
import { loadAddon } from '../../src/llama/load-addon.ts';
import { disjointRows, nearbyRow, randomRow } from '../support/random-row.ts';

const addon = loadAddon();
const strengths = [0, 0.5, 1, 1.5, 3];

function withHoles(row: Float32Array, seed: number): Float32Array {
  return row.map((logit, i) => {
    if ((i + seed) % 97 === 0) return Number.NaN;
    return (i + seed) % 89 === 0 ? -Infinity : logit;
  });
}

/** Largest difference; impossible tokens must be the same. A float32 carries 1e-5 up to about 100 nats. */
function largestDifference(actual: Float32Array, expected: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (expected[i] === -Infinity || actual[i] === -Infinity) {
      if (actual[i] !== expected[i]) throw new Error(`token ${i}: ${actual[i]} for ${expected[i]}`);
    } else if (expected[i]! > -100) {
      largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
    }
  }
  return largest;
}

function likeliest(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

describe.each([false, true])('plain kernels: %s', (plain) => {
  describe.each([2048, 32256, 151936])('%i tokens', (size) => {
    it.each([
      { holes: false, plausibility: 0, epsilon: 0 },
      { holes: true, plausibility: 0, epsilon: 0 },
      { holes: true, plausibility: 0.1, epsilon: 0 },
      { holes: true, plausibility: 0, epsilon: 1e-8 },
      { holes: false, plausibility: 0.1, epsilon: 1e-8 },
      { holes: true, plausibility: 0.1, epsilon: 0, gated: true },
    ])('equals the float64 reference: %o', ({ holes, plausibility, epsilon, gated }) => {
      const row = randomRow(size, 1);
      const near = nearbyRow(row, 2);
      const u = holes ? withHoles(row, 0) : row;
      const c = holes ? withHoles(near, 11) : near;
      const apart = totalVariation(logSoftmax(u), logSoftmax(c));
      const gates = gated ? [apart - 1e-6, apart + 1e-6] : [0];
      let largest = 0;
      for (const guidanceStrength of strengths) {
        for (const guidanceGate of gates) {
          const options = { guidanceStrength, epsilon, plausibility, guidanceGate };
          const actual = addon.mixRows(u, c, { ...options, plain })!;
          const expected = mixLogits(u, c, options);
          largest = Math.max(largest, largestDifference(actual, expected));
          expect(likeliest(actual)).toBe(likeliest(expected));
        }
      }
      console.log(
        `mix ${size} plain=${plain} holes=${holes} eps=${epsilon} gated=${gated ?? false}: largest difference ${largest.toExponential(2)}`,
      );
      expect(largest).toBeLessThan(1e-5);
    });
  });
});

it.each([false, true])('never applies γ at a gate of 1, plain kernels: %s', (plain) => {
  const options = { guidanceStrength: 3, epsilon: 0, plausibility: 0, guidanceGate: 1, plain };
  for (let seed = 0; seed < 100; seed++) {
    const [u, c] = disjointRows(300, seed);
    expect(largestDifference(addon.mixRows(u, c, options)!, logSoftmax(u))).toBeLessThan(1e-5);
  }
});

it('is exact at both ends', () => {
  const u = randomRow(2048, 3);
  const c = nearbyRow(u, 4);
  u[likeliest(c)] = -Infinity;
  const options = { epsilon: 0, plausibility: 0, guidanceGate: 0 };
  expect(likeliest(addon.mixRows(u, c, { ...options, guidanceStrength: 0 })!)).toBe(likeliest(u));
  // p_u = 0 has no say at strength 1.
  expect(likeliest(addon.mixRows(u, c, { ...options, guidanceStrength: 1 })!)).toBe(likeliest(c));
  // Above 1 such a token is impossible.
  expect(addon.mixRows(u, c, { ...options, guidanceStrength: 1.5 })![likeliest(c)]).toBe(-Infinity);
});

it('has no answer where no token can be picked', () => {
  const nothing = new Float32Array(64).fill(Number.NaN);
  const row = randomRow(64, 5);
  const options = { guidanceStrength: 1, epsilon: 0, plausibility: 0, guidanceGate: 0 };
  expect(addon.mixRows(nothing, row, options)).toBeUndefined();
  expect(addon.mixRows(row, new Float32Array(64).fill(-Infinity), options)).toBeUndefined();
  expect(addon.mixRows(row, new Float32Array(64).fill(Infinity), options)).toBeUndefined();
});

it('refuses rows of different lengths', () => {
  const options = { guidanceStrength: 1, epsilon: 0, plausibility: 0, guidanceGate: 0 };
  expect(() => addon.mixRows(new Float32Array(4), new Float32Array(5), options)).toThrow('length');
  expect(() => addon.mixRows(new Float64Array(4) as never, new Float32Array(4), options)).toThrow(TypeError);
});
