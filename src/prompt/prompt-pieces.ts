/** A stretch of prompt. `special`: control tokens written in it count as such (a chat template's own text). */
export interface Segment {
  readonly text: string;
  readonly special: boolean;
}

/**
 * A prompt, cut where the signal goes: the unconditional stream reads head + tail, the conditional one
 * head + signal + tail; both go on with the code. Every cut is at a line's end, so that the pieces may be
 * tokenized on their own and the head's cells be shared.
 */
export interface PromptPieces {
  readonly head: readonly Segment[];
  readonly tail: readonly Segment[];
  /** The tail ends in an opened code fence. */
  readonly fenced: boolean;
  /** Code written for the model after the tail, e.g. `def NAME(`; it counts as the program's beginning. */
  readonly begun: string;
}

/** Text in which control tokens are plain characters: everything that is not a template's own. */
export function plain(text: string): Segment {
  return { text, special: false };
}
