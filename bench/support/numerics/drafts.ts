import type { Choice, ChoiceRequest, LlamaEngine, TokenId, TokenLogprob } from '../../../src/index.ts';
import { Comparer, type Comparison, plausibilityOf, type Strength } from './compare.ts';
import type { TokenPair } from './token-pairs.ts';

const draftTokens = 15;
/** Logprobs that are compared: the likeliest. */
const topCount = 64;

/** Picks one by one against the same picks verified along a draft, for all pairs, at each of some strengths. */
export async function compareDrafts(
  engine: LlamaEngine,
  pairs: readonly TokenPair[],
  strengths: readonly Strength[],
): Promise<Comparison> {
  const comparer = new Comparer();
  for (const pair of pairs) {
    const [unconditional, conditional] = [pair.unconditional, pair.conditional].map((tokens) => {
      const sequence = engine.openSequence();
      sequence.append(tokens);
      return sequence;
    }) as [Sequence, Sequence];
    for (const strength of strengths) {
      const sequences = strength === 0 ? [unconditional] : [unconditional, conditional];
      const request = requestOf(unconditional, conditional, strength);
      const rewind = () => {
        unconditional.truncate(pair.unconditional.length);
        conditional.truncate(pair.conditional.length);
      };
      const single: Choice[] = [];
      for (let i = 0; i <= draftTokens; i++) {
        single.push(await engine.choose(request));
        for (const sequence of sequences) sequence.append([single.at(-1)!.token]);
      }
      rewind();
      const draft = single.slice(0, -1).map(({ token }) => token);
      const along = await engine.chooseAlong(request, draft, []);
      rewind();
      for (const [i, choice] of along.entries()) compareChoices(single[i]!, choice, strength, comparer);
    }
    for (const sequence of [unconditional, conditional]) sequence.dispose();
  }
  return comparer.result();
}

function requestOf(unconditional: Sequence, conditional: Sequence, strength: Strength): ChoiceRequest {
  const common = { temperature: 0, topCount };
  if (strength === 0) return { kind: 'sample', sequence: unconditional, ...common };
  return {
    kind: 'guided',
    unconditional,
    conditional,
    guidanceStrength: strength,
    epsilon: 0,
    plausibility: plausibilityOf(strength),
    ...common,
  };
}

type Sequence = ReturnType<LlamaEngine['openSequence']>;

function compareChoices(expected: Choice, got: Choice, strength: Strength, comparer: Comparer): void {
  comparer.addRow(apart(expected.top!.unconditional, got.top!.unconditional));
  if (got.top!.conditional) comparer.addRow(apart(expected.top!.conditional!, got.top!.conditional));
  const [first, second] = expected.top!.guided ?? expected.top!.unconditional;
  // The mask may leave one token alone.
  const margin = first!.logprob - (second?.logprob ?? -Infinity);
  comparer.addChoice(strength, got.token === expected.token ? undefined : margin);
}

/** Tokens that only one list has are at its end, and left out. */
function apart(expected: readonly TokenLogprob[], got: readonly TokenLogprob[]): number {
  const logprobs = new Map<TokenId, number>(got.map(({ token, logprob }) => [token, logprob]));
  return expected.reduce(
    (largest, { token, logprob }) => Math.max(largest, Math.abs(logprob - (logprobs.get(token) ?? logprob))),
    0,
  );
}
