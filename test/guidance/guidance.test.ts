import { describe, expect, it } from 'vitest';
import { logSoftmax } from '../../src/guidance/log-softmax.ts';
import { mixLogits } from '../../src/guidance/mix-logits.ts';
import { pickToken } from '../../src/guidance/pick-token.ts';
import { totalVariation } from '../../src/guidance/total-variation.ts';
import { uniformStream } from '../../src/guidance/uniform-stream.ts';
import { disjointRows } from '../support/random-row.ts';

const draw = uniformStream(7);
const row = (n: number, scale = 5) => Float64Array.from({ length: n }, () => (draw() - 0.5) * 2 * scale);
const sum = (logprobs: Float64Array) => logprobs.reduce((total, x) => total + Math.exp(x), 0);
const largestDifference = (a: Float64Array, b: Float64Array) =>
  Math.max(...a.map((x, i) => (x === b[i] ? 0 : Math.abs(x - b[i]!))));
const argmax = (values: Float64Array) => values.indexOf(Math.max(...values));

describe('logSoftmax', () => {
  it('sums to 1 and does not move when all logits do', () => {
    const logits = row(500);
    const logprobs = logSoftmax(logits);
    expect(sum(logprobs)).toBeCloseTo(1, 12);
    expect(largestDifference(logprobs, logSoftmax(logits.map((x) => x + 1000)))).toBeLessThan(1e-9);
  });

  it('takes NaN as impossible, and refuses a row without a possible token', () => {
    expect([...logSoftmax([NaN, 0, -Infinity])]).toEqual([-Infinity, 0, -Infinity]);
    expect(() => logSoftmax([NaN, -Infinity])).toThrow(RangeError);
  });
});

describe('mixLogits', () => {
  const u = row(300);
  const c = row(300);

  it('is the unconditional distribution at γ = 0 and the conditional one at γ = 1', () => {
    expect(largestDifference(mixLogits(u, c, { guidanceStrength: 0 }), logSoftmax(u))).toBeLessThan(1e-12);
    expect(largestDifference(mixLogits(u, c, { guidanceStrength: 1 }), logSoftmax(c))).toBeLessThan(1e-12);
  });

  it.each([0, 0.5, 1, 1.5, 3])(
    'sums to 1, shifts with neither stream, and is p_u (p_c / p_u)^γ at γ = %s',
    (guidanceStrength) => {
      const mixed = mixLogits(u, c, { guidanceStrength });
      expect(sum(mixed)).toBeCloseTo(1, 10);
      const moved = mixLogits(
        u.map((x) => x + 3),
        c.map((x) => x - 40),
        { guidanceStrength },
      );
      expect(largestDifference(mixed, moved)).toBeLessThan(1e-9);
      const pu = logSoftmax(u).map(Math.exp);
      const pc = logSoftmax(c).map(Math.exp);
      const product = pu.map((p, i) => p * (pc[i]! / p) ** guidanceStrength);
      const total = product.reduce((a, b) => a + b);
      expect(
        largestDifference(
          mixed.map(Math.exp),
          product.map((p) => p / total),
        ),
      ).toBeLessThan(1e-9);
    },
  );

  it('does nothing where the streams agree, whatever γ', () => {
    for (const guidanceStrength of [0, 0.5, 3, 20]) {
      expect(largestDifference(mixLogits(u, u, { guidanceStrength }), logSoftmax(u))).toBeLessThan(1e-9);
    }
  });

  it('takes a stream without weight as having no say, even where it rules a token out', () => {
    const streams = [
      [0, -Infinity, 1],
      [-Infinity, 0, 1],
    ] as const;
    expect(
      largestDifference(mixLogits(...streams, { guidanceStrength: 0 }), logSoftmax(streams[0])),
    ).toBeLessThan(1e-12);
    expect(
      largestDifference(mixLogits(...streams, { guidanceStrength: 1 }), logSoftmax(streams[1])),
    ).toBeLessThan(1e-12);
    expect([...mixLogits(...streams, { guidanceStrength: 0.5 })]).toEqual([-Infinity, -Infinity, 0]);
    expect([...mixLogits(...streams, { guidanceStrength: 3 })]).toEqual([-Infinity, -Infinity, 0]);
  });

  it('bounds the log-ratio with ε, and keeps p_u = 0 impossible', () => {
    const mixed = mixLogits([0, -80, -Infinity], [-80, 0, 0], { guidanceStrength: 1, epsilon: 1e-8 });
    expect(mixed[2]).toBe(-Infinity);
    expect(argmax(mixed)).toBe(0);
    expect(mixed[0]! - mixed[1]!).toBeGreaterThan(40);
  });

  it('keeps a token with p_u ≈ 0 from winning at γ = 3 only by the mask', () => {
    const streams = [
      [0, -27, -6],
      [0, -7, -6],
    ] as const;
    expect(argmax(mixLogits(...streams, { guidanceStrength: 3 }))).toBe(1);
    expect(argmax(mixLogits(...streams, { guidanceStrength: 3, plausibility: 0.1 }))).toBe(0);
  });

  it('is the unconditional distribution, unmasked, where the streams differ by no more than the gate', () => {
    const apart = totalVariation(logSoftmax(u), logSoftmax(c));
    const options = { guidanceStrength: 3, plausibility: 0.1 };
    expect(mixLogits(u, c, { ...options, guidanceGate: apart })).toEqual(logSoftmax(u));
    expect(mixLogits(u, c, { ...options, guidanceGate: apart * 0.999 })).toEqual(mixLogits(u, c, options));
  });

  it('never applies γ at a gate of 1, however the sum of the differences rounds', () => {
    for (let seed = 0; seed < 100; seed++) {
      const [first, second] = disjointRows(300, seed);
      const options = { guidanceStrength: 3, guidanceGate: 1 };
      expect(mixLogits(first, second, options)).toEqual(logSoftmax(first));
    }
  });

  it('refuses rows of different lengths', () => {
    expect(() => mixLogits([0], [0, 1], { guidanceStrength: 1 })).toThrow('length 1 but received 2');
  });
});

describe('totalVariation', () => {
  it('is the share of probability that moved: 0 for equals, 1 for strangers, symmetric', () => {
    const logs = (...p: number[]) => Float64Array.from(p, Math.log);
    expect(totalVariation(logs(0.5, 0.5, 0), logs(0.2, 0.5, 0.3))).toBeCloseTo(0.3, 12);
    expect(totalVariation(logs(0.2, 0.5, 0.3), logs(0.5, 0.5, 0))).toBeCloseTo(0.3, 12);
    expect(totalVariation(logs(1, 0), logs(0, 1))).toBe(1);
    expect(totalVariation(logs(0.9, 0.1), logs(0.9, 0.1))).toBe(0);
  });
});

describe('pickToken', () => {
  const logits = [1, 3, 2, 3, NaN, -Infinity].map((x) => x);

  it('takes the first of the likeliest at temperature 0', () => {
    expect(pickToken(logits, { temperature: 0, uniform: 0.99 })).toBe(1);
  });

  it.each([
    [{ topK: 1 }, [1]],
    [{ topK: 2 }, [1, 3]],
    [{ topP: 0.5 }, [1, 3]],
    [{ topP: 0.39 }, [1]],
    [{ minP: 0.3 }, [1, 2, 3]],
    [{}, [0, 1, 2, 3]],
  ])('with %j picks among %j', (narrowing, expected) => {
    const picked = new Set(
      Array.from({ length: 400 }, (_, i) =>
        pickToken(logits, { temperature: 1, uniform: i / 400, ...narrowing }),
      ),
    );
    expect([...picked].sort()).toEqual(expected);
  });

  it('follows the distribution', () => {
    const probabilities = logSoftmax(logits).map(Math.exp);
    const n = 20000;
    const counts = new Float64Array(6);
    for (let i = 0; i < n; i++) counts[pickToken(logits, { temperature: 1, uniform: (i + 0.5) / n })]!++;
    expect(
      largestDifference(
        counts.map((k) => k / n),
        probabilities,
      ),
    ).toBeLessThan(1e-3);
  });

  it('narrows after the temperature', () => {
    expect(pickToken([0, 1], { temperature: 0.1, topP: 0.99, uniform: 0.999999 })).toBe(1);
    expect(pickToken([0, 1], { temperature: 1, topP: 0.99, uniform: 0.999999 })).toBe(0);
  });
});

describe('uniformStream', () => {
  it('repeats, differs by path and by seed, and fills [0, 1) evenly', () => {
    const first = (...path: [number, ...number[]]) => Array.from({ length: 4 }, uniformStream(...path));
    expect(first(1, 2, 3)).toEqual(first(1, 2, 3));
    const starts = [first(0), first(1), first(0, 0), first(0, 1), first(0, 1, 0), first(1, 0), first(0, -1)];
    expect(new Set(starts.map(String)).size).toBe(starts.length);
    const values = Array.from({ length: 20000 }, (_, i) => uniformStream(i, 5, 1)());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((a, b) => a + b) / values.length).toBeCloseTo(0.5, 1);
  });
});
