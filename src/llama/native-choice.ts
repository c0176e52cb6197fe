import type { Choice, ChoiceRequest, TokenLogprob } from '../token-model.ts';
import type { NativeChoice, NativeChoiceRequest } from './addon.ts';

/** A request as the addon takes it. `outputs`: the rows of its sequences, counted among the step's outputs. */
export function nativeChoice(request: ChoiceRequest, outputs: readonly number[]): NativeChoiceRequest {
  const guided = request.kind === 'guided';
  return {
    row: outputs[0]!,
    conditionalRow: guided ? outputs[1]! : -1,
    temperature: request.temperature,
    topK: guided ? 0 : (request.topK ?? 0),
    topP: guided ? 1 : (request.topP ?? 1),
    minP: guided ? 0 : (request.minP ?? 0),
    uniform: request.uniform ?? 0,
    guidanceStrength: guided ? request.guidanceStrength : 0,
    epsilon: guided ? request.epsilon : 0,
    plausibility: guided ? request.plausibility : 0,
    topCount: request.topCount ?? 0,
  };
}

/** What the addon picked, as the model's users see it. */
export function readChoice(request: ChoiceRequest, native: NativeChoice): Choice {
  const { token, unconditional, conditional, guided } = native;
  if (request.kind === 'sample') {
    const top = native.topUnconditional && { unconditional: native.topUnconditional };
    return { token, unconditionalLogprob: unconditional, ...(top && { top }) };
  }
  const top = native.topUnconditional && {
    unconditional: native.topUnconditional,
    conditional: native.topConditional as TokenLogprob[],
    guided: native.topGuided as TokenLogprob[],
  };
  return {
    token,
    unconditionalLogprob: unconditional,
    conditionalLogprob: conditional,
    guidedLogprob: guided,
    ...(top && { top }),
  };
}
