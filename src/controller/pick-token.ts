import type { ResolvedOptions } from '../options.ts';
import type { Choice, TokenId, TokenModel } from '../token-model.ts';
import type { Streams } from './streams.ts';

/** A token of the answer, and what each stream thought of it. */
export interface PickedToken {
  readonly token: TokenId;
  readonly guided: boolean;
  readonly unconditionalLogprob?: number;
  readonly conditionalLogprob?: number;
  readonly guidedLogprob?: number;
  readonly changed: boolean;
}

/**
 * The next token of the answer: from the guided mixture where there is a signal, from the conditional stream
 * alone for γ = 1, from the unconditional one otherwise.
 */
export async function pickToken(
  model: TokenModel,
  streams: Streams,
  {
    guided,
    options,
    uniform,
    signal,
  }: { guided: boolean; options: ResolvedOptions; uniform: number; signal: AbortSignal },
): Promise<PickedToken> {
  const { guidanceStrength, epsilon, plausibility, finalTemperature: temperature } = options;
  const conditional = guided ? streams.conditional : undefined;
  if (!conditional) {
    const choice = await model.choose(
      { kind: 'sample', sequence: streams.unconditional, temperature, uniform },
      { signal },
    );
    return {
      token: choice.token,
      guided: false,
      unconditionalLogprob: choice.unconditionalLogprob,
      changed: false,
    };
  }
  if (guidanceStrength === 1) {
    const choice = await model.choose(
      { kind: 'sample', sequence: conditional, temperature, uniform },
      { signal },
    );
    return {
      token: choice.token,
      guided: true,
      conditionalLogprob: choice.unconditionalLogprob,
      changed: false,
    };
  }
  const choice = await model.choose(
    {
      kind: 'guided',
      unconditional: streams.unconditional,
      conditional,
      guidanceStrength,
      epsilon,
      plausibility: guidanceStrength > 1 ? plausibility : 0,
      temperature,
      uniform,
      topCount: 1,
    },
    { signal },
  );
  return {
    ...logprobsOf(choice),
    token: choice.token,
    guided: true,
    changed: choice.top?.unconditional[0]?.token !== choice.token,
  };
}

function logprobsOf({ unconditionalLogprob, conditionalLogprob, guidedLogprob }: Choice) {
  return {
    unconditionalLogprob,
    ...(conditionalLogprob !== undefined && { conditionalLogprob }),
    ...(guidedLogprob !== undefined && { guidedLogprob }),
  };
}
