import { uniformStream } from '../../src/guidance/uniform-stream.ts';

/** Logits as a model gives them: normal, of deviation `spread`, [size]. */
export function randomRow(size: number, seed: number, spread = 4): Float32Array {
  const draw = uniformStream(seed, size);
  return Float32Array.from(
    { length: size },
    () => spread * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()),
  );
}

/** Two rows that share no token's probability, [size] each. */
export function disjointRows(size: number, seed: number): [Float32Array, Float32Array] {
  const half = (side: number) =>
    randomRow(size, seed + side).map((logit, i) => (i % 2 === side ? logit : -Infinity));
  return [half(0), half(1)];
}

/** A row near another one, as the same model gives for a longer prompt. */
export function nearbyRow(row: Float32Array, seed: number, spread = 2): Float32Array {
  const noise = randomRow(row.length, seed, spread);
  return row.map((logit, i) => logit + noise[i]!);
}
