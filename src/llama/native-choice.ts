import type { Choice, ChoiceRequest, TokenLogprob } from '../token-model.ts';
import type { NativeChoice, NativeChoiceRequest } from './addon.ts';
import type { Job } from './job.ts';

/**
 * A job's choices as the addon takes them: one, or one for each token of the draft and one behind it.
 * `outputs`: the last rows of its sequences, counted among the step's outputs; those of the draft follow them.
 */
export function nativeChoices({ request, draft }: Job, outputs: readonly number[]): NativeChoiceRequest[] {
  if (!request) return [];
  const tokens = draft?.tokens ?? [];
  return [...tokens, -1].map((draftToken, i) => ({
    ...nativeChoice(request, outputs[0]! + i, outputs.length > 1 ? outputs[1]! + i : -1),
    ...(draft && { uniform: draft.uniforms[i] ?? 0 }),
    draftToken,
  }));
}

function nativeChoice(
  request: ChoiceRequest,
  row: number,
  conditionalRow: number,
): Omit<NativeChoiceRequest, 'draftToken'> {
  const guided = request.kind === 'guided';
  return {
    row,
    conditionalRow,
    temperature: request.temperature,
    topK: guided ? 0 : (request.topK ?? 0),
    topP: guided ? 1 : (request.topP ?? 1),
    minP: guided ? 0 : (request.minP ?? 0),
    uniform: request.uniform ?? 0,
    guidanceStrength: guided ? request.guidanceStrength : 0,
    epsilon: guided ? request.epsilon : 0,
    plausibility: guided ? request.plausibility : 0,
    guidanceGate: guided ? (request.guidanceGate ?? 0) : 0,
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
