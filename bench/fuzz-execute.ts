import { fileURLToPath } from 'node:url';
import { fuzzLock } from './support/fuzz-lock.ts';
import { fuzzMutants } from './support/fuzz-mutants.ts';

export interface FuzzOptions {
  readonly quick?: boolean;
  readonly seed?: string;
  /** Calls of every import. */
  readonly calls?: string;
  /** Programs run. */
  readonly mutants?: string;
  /** `lock` or `mutants`: only that part. */
  readonly only?: string;
}

/**
 * Looks for holes in the lock from two sides: every function that the interpreter imports or has in its table,
 * called from JavaScript with drawn arguments; and mutants of the references and of the adversarial suite.
 * `hits` counts calls of Node's own modules and must be 0, as must `escaped`, `lost` and `unclean`; `control_hits`
 * counts those of a call with the lock open, and must not be 0.
 */
export async function main(
  options: FuzzOptions = {},
): Promise<{ name: string; figures: Record<string, number> }> {
  const { quick, only } = options;
  const seed = Number(options.seed ?? 1);
  const lock = only === 'mutants' ? {} : await fuzzLock(seed, Number(options.calls ?? (quick ? 1 : 3)));
  const mutants =
    only === 'lock' ? {} : await fuzzMutants(seed, Number(options.mutants ?? (quick ? 100 : 10_000)));
  const prefixed = (prefix: string, figures: Record<string, number>) =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}.${key}`, value]));
  return { name: 'fuzz-execute', figures: { ...prefixed('lock', lock), ...prefixed('mutants', mutants) } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main(JSON.parse(process.argv[2] ?? '{}'));
  console.log(JSON.stringify({ name: 'fuzz-execute', figures }));
}
