import type { SignalEntry } from '../signal/signal-entry.ts';
import type { TokenId } from '../token-model.ts';
import type { Candidate } from './sample-candidates.ts';

/** Candidates, and where they were sampled. */
export interface SampledAt {
  readonly candidates: readonly Candidate[];
  /** Of those: whose runs the signal tells. */
  readonly shown: readonly Candidate[];
  /** Of those shown: whose program passes all visible tests. */
  readonly passed: readonly Candidate[];
  /** What the signal is written from. */
  readonly entries: readonly SignalEntry[];
  /** The code and the tokens of the unconditional stream that they continue. */
  readonly codeSoFar: string;
  readonly length: number;
}

/** What is left of the candidates whose tokens the answer has followed. `tokens`: those of the unconditional stream. */
export function leftOfFollowed(
  { candidates, length }: Pick<SampledAt, 'candidates' | 'length'>,
  tokens: readonly TokenId[],
): (readonly TokenId[])[] {
  const accepted = tokens.slice(length);
  return candidates
    .filter(({ tokens }) => accepted.every((token, i) => tokens[i] === token))
    .map(({ tokens }) => tokens.slice(accepted.length));
}

/** What stands for a refresh. */
export interface RolledOver {
  /** What the followed candidates have left. */
  readonly drafts: readonly (readonly TokenId[])[];
  /** Of the programs that go on from the code so far: a signal shows what comes next. */
  readonly entries: readonly SignalEntry[];
}

/**
 * Of the candidates that may save a refresh those that the answer has followed to the letter and that have complete
 * lines left; undefined where there is none. `tokens`: those of the unconditional stream.
 */
export function rollOver(
  mode: 'refresh' | 'passed',
  { shown, passed, entries, codeSoFar: before, length }: SampledAt,
  { codeSoFar, tokens }: { readonly codeSoFar: string; readonly tokens: readonly TokenId[] },
): RolledOver | undefined {
  const candidates = (mode === 'passed' ? passed : shown).filter(({ text }) => {
    const whole = before + text;
    return whole.startsWith(codeSoFar) && whole.length > codeSoFar.length;
  });
  const drafts = leftOfFollowed({ candidates, length }, tokens);
  const followed = entries.filter(({ program }) => program.startsWith(codeSoFar));
  return drafts.length > 0 && followed.length > 0 ? { drafts, entries: followed } : undefined;
}
