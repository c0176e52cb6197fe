/**
 * Natural-log probabilities of a row of logits, [vocabularySize] to [vocabularySize], in float64.
 * A NaN logit counts as −Infinity (a token that cannot be picked). Throws a RangeError where no token is left.
 */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    if (x > max) max = x;
  }
  if (max === -Infinity) throw new RangeError('Expected a finite value in `logits` but received none');
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    if (!Number.isNaN(x)) sum += Math.exp(x - max);
  }
  const logSum = max + Math.log(sum);
  const logprobs = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    logprobs[i] = Number.isNaN(x) ? -Infinity : x - logSum;
  }
  return logprobs;
}
