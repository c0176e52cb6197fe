import { logSoftmax } from './log-softmax.ts';
import { plausibilityFloor } from './plausibility-floor.ts';
import { totalVariation } from './total-variation.ts';

export interface MixOptions {
  /** The paper's γ. 0: the unconditional distribution, 1: the conditional one, above 1: extrapolation. */
  readonly guidanceStrength: number;
  /** Added to both probabilities before their ratio is taken (the reference uses 1e-8); 0 mixes logprobs. */
  readonly epsilon?: number;
  /** Tokens with p_c below this share of max p_c cannot be picked; 0: no mask. */
  readonly plausibility?: number;
  /**
   * γ applies only where the total variation of the two distributions, ½ Σ |p_c − p_u|, exceeds this;
   * elsewhere the mixture is p_u, unmasked. 0: always.
   */
  readonly guidanceGate?: number;
}

/**
 * Classifier-free guidance: the normalised logprobs, [vocabularySize], of
 * log p_u + γ (log p_c − log p_u) (arXiv 2306.17806; arXiv 2506.10948, the definition of M_cfg).
 * With ε > 0 the ratio is (p_c + ε) / (p_u + ε), as in the paper's implementation, and a token with p_u = 0
 * stays impossible. With ε = 0 a stream whose weight is 0 has no say, so γ = 0 and γ = 1 are exact.
 * This is the reference for the native code: plain, in float64.
 */
export function mixLogits(
  unconditionalLogits: ArrayLike<number>,
  conditionalLogits: ArrayLike<number>,
  { guidanceStrength, epsilon = 0, plausibility = 0, guidanceGate = 0 }: MixOptions,
): Float64Array {
  if (unconditionalLogits.length !== conditionalLogits.length) {
    throw new RangeError(
      `Expected \`conditionalLogits\` of length ${unconditionalLogits.length} but received ${conditionalLogits.length}`,
    );
  }
  const unconditional = logSoftmax(unconditionalLogits);
  const conditional = logSoftmax(conditionalLogits);
  if (guidanceGate > 0 && totalVariation(unconditional, conditional) <= guidanceGate) return unconditional;
  const floor = plausibilityFloor(conditional, plausibility);
  const scores = new Float64Array(unconditional.length);
  for (let i = 0; i < scores.length; i++) {
    scores[i] =
      conditional[i]! < floor
        ? -Infinity
        : score(unconditional[i]!, conditional[i]!, guidanceStrength, epsilon);
  }
  return logSoftmax(scores);
}

function score(u: number, c: number, guidanceStrength: number, epsilon: number): number {
  if (epsilon > 0) {
    if (u === -Infinity) return -Infinity;
    return u + guidanceStrength * (Math.log(Math.exp(c) + epsilon) - Math.log(Math.exp(u) + epsilon));
  }
  const mixed = weighted(1 - guidanceStrength, u) + weighted(guidanceStrength, c);
  // p_u = 0 with γ > 1 asks for (−∞)·(negative): neither stream can vouch for such a token, so it is impossible.
  return mixed < Infinity ? mixed : -Infinity;
}

function weighted(weight: number, logprob: number): number {
  return weight === 0 ? 0 : weight * logprob;
}
