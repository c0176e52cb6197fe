import type { LlamaSequence } from './llama-sequence.ts';

/**
 * Takes cells from a sequence that is not among `kept`; its tokens are known, so they are evaluated again when
 * they are next asked for. The least recently used goes first: the one that was used last is likely asked for
 * next, however many cells it has. False where there is nothing left to take.
 *
 * Cells that others hold too stay; whoever is bereft finds them again by its tokens.
 */
export function evictCells(open: Iterable<LlamaSequence>, kept: readonly LlamaSequence[]): boolean {
  let victim: LlamaSequence | undefined;
  let dropped = false;
  for (const sequence of open) {
    if (kept.some(({ twins }) => twins === sequence.twins)) {
      dropped = sequence.forgetCellsFrom(sequence.length) || dropped;
    } else if (sequence.cachedLength > 0 && sequence.lastStep < (victim?.lastStep ?? Infinity)) {
      victim = sequence;
    }
  }
  return victim?.forgetCellsFrom(0) || dropped;
}
