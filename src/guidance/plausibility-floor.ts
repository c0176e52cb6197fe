/**
 * The lowest logprob that still may be picked: `plausibility` times the likeliest token's probability
 * (the adaptive plausibility constraint of contrastive decoding, arXiv 2210.15097, eq. 3). Without it a
 * token with p_u ≈ 0 can win at γ > 1. −Infinity for `plausibility` 0.
 */
export function plausibilityFloor(conditionalLogprobs: Float64Array, plausibility: number): number {
  if (plausibility <= 0) return -Infinity;
  let max = -Infinity;
  for (const logprob of conditionalLogprobs) if (logprob > max) max = logprob;
  return max + Math.log(plausibility);
}
