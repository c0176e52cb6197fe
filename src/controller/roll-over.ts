import type { TokenId } from '../token-model.ts';
import type { Candidate } from './sample-candidates.ts';

/** Candidates, and where they were sampled. */
export interface SampledAt {
  readonly candidates: readonly Candidate[];
  /** Of those: whose runs the signal tells. */
  readonly shown: readonly Candidate[];
  /** The code and the tokens of the unconditional stream that they continue. */
  readonly codeSoFar: string;
  readonly length: number;
}

/**
 * What is left of candidates that the answer has followed to the letter and that have complete lines left; what
 * is left of several alike, once. `tokens`: those of the unconditional stream.
 */
export function rollOver(
  candidates: readonly Candidate[],
  { codeSoFar: before, length }: SampledAt,
  { codeSoFar, tokens }: { readonly codeSoFar: string; readonly tokens: readonly TokenId[] },
): Candidate[] {
  const accepted = tokens.slice(length);
  const left = new Map<string, Candidate>();
  for (const { text, tokens, logprobs, complete } of candidates) {
    const whole = before + text;
    if (!accepted.every((token, i) => tokens[i] === token)) continue;
    if (!whole.startsWith(codeSoFar) || whole.length === codeSoFar.length) continue;
    const rest = whole.slice(codeSoFar.length);
    if (left.has(rest)) continue;
    left.set(rest, {
      text: rest,
      tokens: tokens.slice(accepted.length),
      logprobs: logprobs.slice(accepted.length),
      complete,
      rolledOver: true,
    });
  }
  return [...left.values()];
}

/** Whether all candidates are one and the same complete program, and the signal tells how it ran. */
export function agree({ candidates, shown }: SampledAt): boolean {
  const [first] = candidates;
  const isOne = candidates.every(({ text, complete }) => complete && text === first!.text);
  return isOne && shown.length > 0;
}
