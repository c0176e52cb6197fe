import type { Choice, ChoiceRequest, TokenId } from '../token-model.ts';
import type { LlamaSequence } from './llama-sequence.ts';

/** Tokens that may come next, and the draws of the picks: one more than the draft has tokens. */
export interface Draft {
  readonly tokens: readonly TokenId[];
  readonly uniforms: readonly number[];
}

/** What is wanted from the last rows of one or two sequences: a choice, or the logits themselves. */
export interface Job {
  readonly request: ChoiceRequest | undefined;
  /** Present where the picks may follow a draft: one choice for each of its tokens, and one behind; emptied where the cache has no room for it. */
  draft: Draft | undefined;
  /** The sampled one; of a pair, the unconditional one first. */
  readonly sequences: readonly LlamaSequence[];
  readonly signal: AbortSignal | undefined;
  resolve(outcome: Choice[] | Float32Array): void;
  reject(reason: unknown): void;
}
