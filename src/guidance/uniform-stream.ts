import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Draws in [0, 1), a stream of its own for every path: the n-th draw of candidate 2 at line 5 is the same
 * whatever else was drawn before, in whatever order. So a run repeats exactly under any schedule.
 */
export function uniformStream(seed: number, ...path: readonly number[]): () => number {
  const generator = xoroshiro128plus(
    path.reduce((hash, part) => mix(Math.imul(hash, 0x9e3779b1) + part), mix(seed)),
  );
  return () => (generator.next() >>> 0) / 2 ** 32;
}

/** The seed of the n-th of several runs, counted from 0; behind the last of all seeds comes the first. */
export function nthSeed(seed: number, n: number): number {
  return (seed + n) % 2 ** 32;
}

/** MurmurHash3's 32-bit finalizer, with an odd constant first so that 0 does not stay 0. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
