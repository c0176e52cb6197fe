import type { RaceSetup } from '../agents/race-setup.ts';
import { TracewiseError } from '../errors.ts';
import type { SolveOptions } from '../options.ts';

/** How plain programs are sampled: `solve`'s options, of which those of guidance have no effect. */
export interface SamplingSetup
  extends Omit<SolveOptions, 'budget' | 'guidanceStrength' | 'finalTemperature'>,
    Pick<RaceSetup, 'engine' | 'runner' | 'budget' | 'signal' | 'concurrency'> {
  /** At most so many programs; fewer where `budget`, of all together, is spent. */
  readonly samples: number;
  /** The first program is the greedy one; true by default. */
  readonly greedyFirst?: boolean;
}

/** Plain samples as agents: sample i at `temperature` with seed `seed` + i (modulo 2³²), one after another by default. */
export function plainSamples(setup: SamplingSetup): RaceSetup {
  const { engine, runner, budget, signal, concurrency = 1, samples, greedyFirst = true, ...options } = setup;
  const { temperature = 0.8, seed = 0 } = options;
  if (!Number.isInteger(samples) || samples < 1) {
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected a whole number from 1 on for \`samples\` but received ${String(samples)}`,
    );
  }
  const agents = Array.from({ length: samples }, (_, i) => ({
    ...options,
    guidanceStrength: 0,
    finalTemperature: greedyFirst && i === 0 ? 0 : temperature,
    seed: (seed + i) >>> 0,
  }));
  return { engine, runner, agents, concurrency, ...(budget && { budget }), ...(signal && { signal }) };
}
