import { describe, expect, it } from 'vitest';
import {
  intervalText,
  mcNemar,
  medianRatio,
  pairedDifference,
  slope,
  wilson,
} from '../../bench/support/statistics.ts';

describe('medianRatio', () => {
  const of = (n: number) =>
    medianRatio(
      Array.from({ length: n }, (_, i) => n - 1 - i),
      Array.from({ length: n }, () => 1),
    );

  it('is the middle one, or the mean of the two', () => {
    expect(of(1).value).toBe(0);
    expect(of(7).value).toBe(3);
    expect(of(16).value).toBe(7.5);
    expect(medianRatio([6, 1], [2, 1]).value).toBe(2);
  });

  it.each([
    [6, 0, 5],
    [8, 0, 7],
    [9, 1, 7],
    [11, 1, 9],
    [16, 3, 12],
    [24, 6, 17],
    [40, 13, 26],
  ])('of %i lies between the ranks %i and %i', (n, low, high) => {
    expect(of(n)).toEqual({ value: (n - 1) / 2, low, high });
    expect(coverage(n, low)).toBeGreaterThanOrEqual(0.95);
    expect(coverage(n, low + 1)).toBeLessThan(0.95);
  });

  it('has no interval of fewer than six, and says so', () => {
    expect(coverage(5, 0)).toBeLessThan(0.95);
    expect(of(5)).toEqual({ value: 2, low: 0, high: 4, isRange: true });
    expect(intervalText(of(5))).toBe('2.0 [0.0, 4.0] (range)');
    expect(intervalText(of(6), 1, 2)).toBe('2.50 [0.00, 5.00]');
  });
});

/** How often the ranks `rank` and n − 1 − `rank` enclose the median: by counting, Pascal's triangle in integers. */
function coverage(n: number, rank: number): number {
  let row = [1n];
  for (let i = 0; i < n; i++) row = [1n, ...row.map((x, j) => x + (row[j + 1] ?? 0n))];
  const outside = row.slice(0, rank + 1).reduce((sum, x) => sum + x, 0n);
  return 1 - (2 * Number(outside)) / 2 ** n;
}

describe('mcNemar', () => {
  it('is that of a fair coin', () => {
    expect(mcNemar(0, 0)).toBe(1);
    expect(mcNemar(8, 0)).toBeCloseTo(2 / 256, 12);
    expect(mcNemar(2, 10)).toBeCloseTo((2 * (1 + 12 + 66)) / 4096, 12);
    expect(mcNemar(10, 2)).toBe(mcNemar(2, 10));
  });

  it('does not vanish with many pairs', () => {
    expect(mcNemar(600, 600)).toBe(1);
    // The normal approximation with a continuity correction: z = 59 / √1200.
    expect(mcNemar(570, 630)).toBeCloseTo(0.0885, 3);
  });
});

describe('shares', () => {
  it('of no cases may be anything', () => {
    expect(wilson(0, 0)).toEqual({ value: NaN, low: 0, high: 1 });
  });

  it('differ by no more than 1', () => {
    expect(pairedDifference(10, 0, 10)).toMatchObject({ value: 1, high: 1 });
    expect(pairedDifference(0, 10, 10)).toMatchObject({ value: -1, low: -1 });
    const { low, high } = pairedDifference(12, 4, 100);
    expect(low).toBeCloseTo(8 / 102 - (1.96 * Math.sqrt(17 - 64 / 102)) / 102, 12);
    expect(high).toBeCloseTo(8 / 102 + (1.96 * Math.sqrt(17 - 64 / 102)) / 102, 12);
  });
});

describe('slope', () => {
  it('is that of a line, with no interval where every point lies on it', () => {
    const line = Array.from({ length: 10 }, (_, x) => [x, 3 * x - 2] as const);
    const { value, low, high } = slope(line);
    for (const got of [value, low, high]) expect(got).toBeCloseTo(3, 10);
  });

  it('agrees with an interval from a table (t = 3.182 for three degrees of freedom)', () => {
    const points = [1, 2, 1.3, 3.75, 2.25].map((y, i) => [i + 1, y] as const);
    const { value, low, high } = slope(points);
    // Of these points, by hand: slope 0.425, residual sum of squares 2.7907, spread of x 10.
    const half = 3.182 * Math.sqrt(2.7907 / 3 / 10);
    expect(value).toBeCloseTo(0.425, 10);
    expect((high - low) / 2 / half).toBeGreaterThan(0.99);
    expect((high - low) / 2 / half).toBeLessThan(1.01);
    expect((high + low) / 2).toBeCloseTo(value, 10);
  });

  it('says nothing of two points, or of many at one place', () => {
    const nothing = { low: -Infinity, high: Infinity };
    expect(
      slope([
        [0, 0],
        [1, 5],
      ]),
    ).toMatchObject(nothing);
    expect(
      slope([
        [1, 0],
        [1, 5],
        [1, 7],
      ]),
    ).toMatchObject(nothing);
  });
});
