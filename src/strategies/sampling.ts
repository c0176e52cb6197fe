import type { RaceSetup } from '../agents/race-setup.ts';
import { TracewiseError } from '../errors.ts';
import { nthSeed } from '../guidance/uniform-stream.ts';
import { resolveOptions, type SolveOptions } from '../options.ts';

/**
 * How plain programs are sampled: `solve`'s options, of which those of guidance have no effect. `faithful` is none of
 * them: the paper's answers are not sampled.
 */
export interface SamplingSetup
  extends Omit<SolveOptions, 'budget' | 'faithful' | 'guidanceStrength' | 'finalTemperature'>,
    Pick<RaceSetup, 'engine' | 'runner' | 'signal' | 'resume' | 'concurrency'> {
  /** At most so many programs; fewer where `budget` is spent. */
  readonly samples: number;
  /** The first program is the greedy one; true by default. */
  readonly greedyFirst?: boolean;
  /** Of all programs together; `newTokens` of each, 512 by default. */
  readonly budget?: RaceSetup['budget'] & Pick<NonNullable<SolveOptions['budget']>, 'newTokens'>;
}

/** Plain samples as agents: sample i at `temperature` with seed `seed` + i (modulo 2³²), one after another by default. */
export function plainSamples(setup: SamplingSetup): RaceSetup {
  const {
    engine,
    runner,
    signal,
    resume = [],
    concurrency = 1,
    samples,
    greedyFirst = true,
    ...given
  } = setup;
  const { budget: { newTokens, ...budget } = {}, ...options } = given;
  if (!Number.isInteger(samples) || samples < 1) {
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected a whole number from 1 on for \`samples\` but received ${String(samples)}`,
    );
  }
  const { temperature, seed } = resolveOptions(options);
  const agents = Array.from({ length: samples }, (_, i) => ({
    ...options,
    guidanceStrength: 0,
    finalTemperature: greedyFirst && i === 0 ? 0 : temperature,
    seed: nthSeed(seed, i),
    budget: { newTokens },
  }));
  return { engine, runner, agents, concurrency, budget, resume, ...(signal && { signal }) };
}
