import { describe, expect, it } from 'vitest';
import { Comparer, strengths } from '../../bench/support/numerics/compare.ts';

const pair = (unconditional: number[], conditional: number[]) => ({
  unconditional: Float32Array.from(unconditional),
  conditional: Float32Array.from(conditional),
});

describe('comparison of logits', () => {
  it('finds nothing between equal ones, whatever was added to all of them', () => {
    const comparer = new Comparer();
    comparer.addPair(pair([1, 2, 3], [3, 1, 2]), pair([5, 6, 7], [3, 1, 2]));
    expect(comparer.result()).toMatchObject({ rows: 2, differing: 0, largest: 0, widestMargin: 0 });
    expect(comparer.result()).toMatchObject({ choices: strengths.length, changed: [0, 0, 0, 0, 0] });
  });

  it('counts the choices that a small difference turns, and how wide they had been', () => {
    const comparer = new Comparer();
    // The first token leads by (1 − γ) 0.02 + γ 0.01, and then by −(1 − γ) 0.06 + γ 0.01: the sign turns at 0, 0.5 and 3.
    comparer.addPair(pair([0, -0.02, -9], [0, -0.01, -9]), pair([-0.06, 0, -9], [0, -0.01, -9]));
    const { changed, widestMargin, largest, differing } = comparer.result();
    expect(changed).toEqual([1, 1, 0, 0, 1]);
    expect(widestMargin).toBeCloseTo(0.02, 6);
    // Half of the 0.08 by which the two likeliest moved against each other, within what the third takes.
    expect(largest).toBeCloseTo(0.04, 3);
    expect(differing).toBe(1);
  });
});
