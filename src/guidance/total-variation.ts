/**
 * How far two distributions differ: ½ Σ |p − q|, in [0, 1], the share of probability that has moved from one
 * to the other; a sum that rounds above 1 is 1. Takes logprobs, both [vocabularySize].
 */
export function totalVariation(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(Math.exp(p[i]!) - Math.exp(q[i]!));
  return Math.min(1, sum / 2);
}
