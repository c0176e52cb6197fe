import { nthSeed } from '../guidance/uniform-stream.ts';
import type { SolveOptions } from '../options.ts';

/** Values to try for some options of `solve`. */
export type GridAxes = { readonly [Key in keyof SolveOptions]: readonly SolveOptions[Key][] };

/**
 * Options of an agent for every combination of values, over `base`; the axis named first varies slowest. Of agents
 * whose runs are the same, since with γ = 0 nothing is drawn, the first alone is there. Agents draw differently: each
 * seed is the base's plus the agent's index (modulo 2³²), unless `seed` is an axis.
 */
export function grid(axes: GridAxes, base: SolveOptions = {}): SolveOptions[] {
  const combinations = Object.entries(axes).reduce<SolveOptions[]>(
    (agents, [key, values]) =>
      values ? agents.flatMap((agent) => values.map((value) => ({ ...agent, [key]: value }))) : agents,
    [base],
  );
  const plain = new Set<string>();
  const agents = combinations.filter((agent) => {
    if (agent.guidanceStrength !== 0 || (agent.finalTemperature ?? 0) > 0) return true;
    const count = plain.size;
    return plain.add(withoutDraws(agent)).size > count;
  });
  return axes.seed ? agents : agents.map((agent, i) => ({ ...agent, seed: nthSeed(base.seed ?? 0, i) }));
}

const ofDraws = new Set<string>([
  'candidates',
  'temperature',
  'topP',
  'topK',
  'minP',
  'horizonLines',
  'candidateTokens',
  'refreshLines',
  'seed',
] satisfies (keyof SolveOptions)[]);

/** What an agent that draws nothing differs in from another. */
function withoutDraws(agent: SolveOptions): string {
  return JSON.stringify(Object.entries(agent).filter(([key]) => !ofDraws.has(key)));
}
