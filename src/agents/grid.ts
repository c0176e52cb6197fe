import type { SolveOptions } from '../options.ts';

/** Values to try for some options of `solve`. */
export type GridAxes = { readonly [Key in keyof SolveOptions]: readonly SolveOptions[Key][] };

/**
 * Options of an agent for every combination of values, over `base`; the axis named first varies slowest. Agents
 * draw differently: each seed is the base's plus the agent's index, unless `seed` is an axis.
 */
export function grid(axes: GridAxes, base: SolveOptions = {}): SolveOptions[] {
  const agents = Object.entries(axes).reduce<SolveOptions[]>(
    (agents, [key, values]) => agents.flatMap((agent) => values.map((value) => ({ ...agent, [key]: value }))),
    [base],
  );
  return axes.seed ? agents : agents.map((agent, i) => ({ ...agent, seed: (base.seed ?? 0) + i }));
}
