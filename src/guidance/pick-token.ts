import type { TokenId } from '../token-model.ts';
import { logSoftmax } from './log-softmax.ts';

export interface PickOptions {
  /** 0: the likeliest token. */
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  /** The draw, in [0, 1). */
  readonly uniform?: number;
}

/**
 * One token from a row of logits or logprobs, [vocabularySize]. The vocabulary is narrowed by temperature,
 * top-k, top-p and min-p, in this order; tokens are laid out likeliest first (ties: lower id first) and
 * `uniform` picks along the cumulated probability. Reference for the native code.
 */
export function pickToken(
  logits: ArrayLike<number>,
  { temperature, topK = 0, topP = 1, minP = 0, uniform = 0 }: PickOptions,
): TokenId {
  const logprobs = logSoftmax(temperature > 0 ? Float64Array.from(logits, (x) => x / temperature) : logits);
  let order = Array.from(logprobs.keys()).filter((i) => logprobs[i]! > -Infinity);
  order.sort((a, b) => logprobs[b]! - logprobs[a]! || a - b);
  if (temperature <= 0) return order[0]!;
  if (topK > 0) order = order.slice(0, topK);
  order = keepTopP(order, logprobs, topP);
  const floor = minP * Math.exp(logprobs[order[0]!]!);
  order = order.filter((i) => Math.exp(logprobs[i]!) >= floor);
  const total = order.reduce((sum, i) => sum + Math.exp(logprobs[i]!), 0);
  let left = uniform * total;
  for (const i of order) {
    left -= Math.exp(logprobs[i]!);
    if (left < 0) return i;
  }
  return order.at(-1)!;
}

function keepTopP(order: number[], logprobs: Float64Array, topP: number): number[] {
  if (topP >= 1) return order;
  const total = order.reduce((sum, i) => sum + Math.exp(logprobs[i]!), 0);
  let reached = 0;
  const end = order.findIndex((i) => {
    reached += Math.exp(logprobs[i]!);
    return reached >= topP * total;
  });
  return end < 0 ? order : order.slice(0, end + 1);
}
