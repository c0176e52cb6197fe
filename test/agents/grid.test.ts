import { expect, it } from 'vitest';
import { grid } from '../../src/agents/grid.ts';

it('has an agent for every combination, the first axis slowest, each with a seed of its own', () => {
  expect(grid({ guidanceStrength: [0, 1], temperature: [0.7, 1.2] }, { candidates: 5, seed: 10 })).toEqual([
    { candidates: 5, guidanceStrength: 0, temperature: 0.7, seed: 10 },
    { candidates: 5, guidanceStrength: 0, temperature: 1.2, seed: 11 },
    { candidates: 5, guidanceStrength: 1, temperature: 0.7, seed: 12 },
    { candidates: 5, guidanceStrength: 1, temperature: 1.2, seed: 13 },
  ]);
});

it('takes seeds as an axis as they are', () => {
  expect(grid({ seed: [3, 3] })).toEqual([{ seed: 3 }, { seed: 3 }]);
});

it('is one agent without axes', () => {
  expect(grid({}, { guidanceStrength: 2 })).toEqual([{ guidanceStrength: 2, seed: 0 }]);
});
