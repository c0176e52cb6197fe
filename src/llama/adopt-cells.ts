import { commonPrefix } from '../common-prefix.ts';
import type { LlamaSequence } from './llama-sequence.ts';

/**
 * Gives a sequence that is about to be evaluated the cells that others have for its first tokens: agents that
 * race on one task open their own sequences with the same prompt. All but its last token, whose logits are due.
 */
export function adoptCells(sequence: LlamaSequence, open: Iterable<LlamaSequence>): void {
  for (const twin of sequence.twins) sequence.shareCellsOf(twin, twin.cachedLength);
  const { tokens, length } = sequence;
  let owner = sequence;
  let end = sequence.cachedLength;
  if (end >= length - 1) return;
  for (const other of open) {
    if (other.cachedLength <= end || other.tokens[end] !== tokens[end]) continue;
    const common = commonPrefix(tokens, other.tokens, Math.min(other.cachedLength, length - 1));
    if (common > end) [owner, end] = [other, common];
  }
  if (owner !== sequence) sequence.shareCellsOf(owner, end);
}
