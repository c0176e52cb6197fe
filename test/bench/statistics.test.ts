import { describe, expect, it } from 'vitest';
import { slope } from '../../bench/support/statistics.ts';

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
