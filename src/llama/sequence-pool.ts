import { TracewiseError } from '../errors.ts';
import type { CellStore } from './cell-store.ts';
import { LlamaSequence, type SequenceHome, type SequenceLimits } from './llama-sequence.ts';

/** Opens sequences and gives their ids out, the lowest free one first. */
export class SequencePool implements SequenceHome {
  readonly limits: SequenceLimits;
  readonly cells: CellStore;
  readonly #open = new Map<number, LlamaSequence>();
  #closed = false;

  constructor(cells: CellStore, limits: SequenceLimits) {
    this.cells = cells;
    this.limits = limits;
  }

  [Symbol.iterator](): IterableIterator<LlamaSequence> {
    return this.#open.values();
  }

  get size(): number {
    return this.#open.size;
  }

  open(): LlamaSequence {
    this.mustBeOpen();
    const { maxSequences } = this.limits;
    if (this.#open.size >= maxSequences) {
      throw new TracewiseError(
        'ERR_CONTEXT',
        `Expected at most ${maxSequences} open sequences but received a request for one more; dispose of some or raise \`maxSequences\``,
        { details: { maxSequences } },
      );
    }
    let id = 0;
    while (this.#open.has(id)) id++;
    const sequence = new LlamaSequence(this, id);
    this.#open.set(id, sequence);
    return sequence;
  }

  /** Forgets a sequence and its cells; its id is free at once, since cell operations keep their order. */
  release(sequence: LlamaSequence): void {
    if (!this.#open.delete(sequence.id) || this.#closed) return;
    this.cells.remove(sequence.id, 0);
  }

  has(sequence: LlamaSequence): boolean {
    return this.#open.get(sequence.id) === sequence;
  }

  /** The engine is gone: nothing can be opened, and there are no cells to give back. */
  close(): void {
    this.#closed = true;
  }

  mustBeOpen(): void {
    if (this.#closed) {
      throw new TracewiseError('ERR_DISPOSED', 'Expected an open engine but it is disposed; load another');
    }
  }
}
