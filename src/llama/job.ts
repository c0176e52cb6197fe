import type { Choice, ChoiceRequest } from '../token-model.ts';
import type { LlamaSequence } from './llama-sequence.ts';

/** What is wanted from the last rows of one or two sequences: a choice, or the logits themselves. */
export interface Job {
  readonly request: ChoiceRequest | undefined;
  /** The sampled one; of a pair, the unconditional one first. */
  readonly sequences: readonly LlamaSequence[];
  readonly signal: AbortSignal | undefined;
  resolve(outcome: Choice | Float32Array): void;
  reject(reason: unknown): void;
}
