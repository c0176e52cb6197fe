import { expect, it } from 'vitest';
import { grid } from '../../src/agents/grid.ts';
import { resolveOptions } from '../../src/options.ts';

it('has an agent for every combination, the first axis slowest, each with a seed of its own', () => {
  expect(grid({ guidanceStrength: [0.5, 1], temperature: [0.7, 1.2] }, { candidates: 5, seed: 10 })).toEqual([
    { candidates: 5, guidanceStrength: 0.5, temperature: 0.7, seed: 10 },
    { candidates: 5, guidanceStrength: 0.5, temperature: 1.2, seed: 11 },
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

it('has runs that draw nothing once, whatever they would draw with', () => {
  const axes = { guidanceStrength: [0, 1], temperature: [0.7, 1.2], prompt: ['chat', 'few-shot'] } as const;
  const agents = grid(axes);
  expect(
    agents.map(({ guidanceStrength, temperature, prompt }) => [guidanceStrength, temperature, prompt]),
  ).toEqual([
    [0, 0.7, 'chat'],
    [0, 0.7, 'few-shot'],
    [1, 0.7, 'chat'],
    [1, 0.7, 'few-shot'],
    [1, 1.2, 'chat'],
    [1, 1.2, 'few-shot'],
  ]);
  expect(agents.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(grid({ seed: [3, 4] }, { guidanceStrength: 0 })).toEqual([{ seed: 3, guidanceStrength: 0 }]);
  expect(grid({ seed: [3, 4] }, { guidanceStrength: 0, finalTemperature: 1 })).toHaveLength(2);
});

it('counts seeds on from the largest to 0', () => {
  const seeds = grid({ guidanceStrength: [1, 2] }, { seed: 0xffffffff }).map(({ seed }) => seed);
  expect(seeds).toEqual([0xffffffff, 0]);
});

it('makes no seed of what is none', () => {
  for (const seed of [-1, 1.5]) expect(() => resolveOptions(grid({}, { seed })[0])).toThrow(/at seed/);
});

it('leaves out an axis that is undefined', () => {
  expect(grid({ guidanceStrength: undefined, temperature: [0.5] })).toEqual([{ temperature: 0.5, seed: 0 }]);
});
