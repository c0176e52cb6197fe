import { TracewiseError } from '../errors.ts';
import type { TokenId, TokenSequence } from '../token-model.ts';
import type { CellStore } from './cell-store.ts';

export interface SequenceLimits {
  readonly vocabularySize: number;
  readonly maxSequences: number;
  /** Tokens of the longest sequence that can be evaluated. */
  readonly maxLength: number;
}

/** Where a sequence comes from: the pool, seen from below. */
export interface SequenceHome {
  readonly limits: SequenceLimits;
  readonly cells: CellStore;
  open(): LlamaSequence;
  release(sequence: LlamaSequence): void;
  /** Throws once the engine is disposed. */
  mustBeOpen(): void;
}

/** A sequence of the engine. Its first `cachedLength` tokens have cells; the rest is evaluated when needed. */
export class LlamaSequence implements TokenSequence {
  readonly id: number;
  numCachedTokens = 0;
  numEvaluatedTokens = 0;
  cachedLength = 0;
  /** The last step that was made for it; 0: none yet. */
  lastStep = 0;
  /** The sequences of the same tokens, this one included: what is evaluated for one, all share. */
  twins = new Set<LlamaSequence>([this]);
  readonly #pool: SequenceHome;
  readonly #tokens: TokenId[] = [];
  /** Tokens with cells behind this sequence's own: a draft that was followed and not yet appended. */
  #ahead: readonly TokenId[] = [];
  #choices = 0;
  #disposed = false;

  constructor(pool: SequenceHome, id: number) {
    this.#pool = pool;
    this.id = id;
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Throws a RangeError for a token outside the vocabulary, a TracewiseError (ERR_PROMPT_TOO_LONG) for too many. */
  append(tokens: Iterable<TokenId>): void {
    this.#mustBeChangeable();
    const added = [...tokens];
    if (added.length === 0) return;
    for (const token of added) this.#checkToken(token);
    const { maxLength } = this.#pool.limits;
    const length = this.length + added.length;
    if (length > maxLength) {
      throw new TracewiseError(
        'ERR_PROMPT_TOO_LONG',
        `Expected at most ${maxLength} tokens in a sequence but received ${length}; shorten the prompt, raise \`contextTokens\`, or use a model with a longer context`,
        { details: { length, maxLength } },
      );
    }
    this.#leaveTwins();
    const before = this.length;
    for (const token of added) this.#tokens.push(token);
    this.#useAhead(before);
  }

  fork(length = this.length): LlamaSequence {
    this.#mustBeUsable();
    this.#checkLength(length);
    const child = this.#pool.open();
    for (let i = 0; i < length; i++) child.#tokens.push(this.#tokens[i]!);
    if (length === this.length) this.twins.add(child);
    if (length === this.length) child.twins = this.twins;
    child.shareCellsOf(this, Math.min(length, this.cachedLength));
    if (length === this.length) child.#shareAheadOf(this);
    return child;
  }

  truncate(length: number): void {
    this.#mustBeChangeable();
    this.#checkLength(length);
    if (length === this.length) return;
    this.#leaveTwins();
    this.#tokens.length = length;
    this.forgetCellsFrom(length);
  }

  /** Twice is fine. A choice in flight still ends well; its cells are given back then. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#leaveTwins();
    if (this.#choices === 0) this.#pool.release(this);
  }

  /** Takes over another sequence's cells up to a position where this one has none yet. */
  shareCellsOf(other: LlamaSequence, end: number): void {
    if (end <= this.cachedLength) return;
    this.#pool.cells.share(other.id, this.id, this.cachedLength, end);
    this.numCachedTokens += end - this.cachedLength;
    this.cachedLength = end;
  }

  /** Of a sequence of the same tokens. */
  #shareAheadOf(other: LlamaSequence): void {
    const ahead = other.#ahead;
    if (ahead.length === 0) return;
    this.#pool.cells.share(other.id, this.id, other.cachedLength, other.cachedLength + ahead.length);
    this.#ahead = ahead;
  }

  /** False where there were none. */
  forgetCellsFrom(begin: number): boolean {
    if (begin >= this.cachedLength + this.#ahead.length) return false;
    this.#pool.cells.remove(this.id, begin);
    this.#ahead = this.#ahead.slice(0, Math.max(0, begin - this.cachedLength));
    this.cachedLength = Math.min(this.cachedLength, begin);
    return true;
  }

  /** All own tokens have cells, and these behind them too. */
  setEvaluated(draft: readonly TokenId[]): void {
    this.cachedLength = this.length;
    this.#ahead = draft;
  }

  /** A choice needs this sequence until `endChoice`. */
  beginChoice(): void {
    this.#mustBeUsable();
    if (this.length === 0)
      throw new RangeError('Expected at least one token in `sequence` but received none');
    this.#choices++;
  }

  endChoice(): void {
    if (--this.#choices === 0 && this.#disposed) this.#pool.release(this);
  }

  belongsTo(pool: SequenceHome): boolean {
    return this.#pool === pool;
  }

  /** Cells of a draft whose tokens were appended are this sequence's own now; the others are no longer true. */
  #useAhead(before: number): void {
    const ahead = this.#ahead;
    if (ahead.length === 0) return;
    let used = 0;
    while (used < ahead.length && before + used < this.length && ahead[used] === this.#tokens[before + used])
      used++;
    this.cachedLength = before + used;
    this.#ahead = ahead.slice(used);
    if (this.cachedLength < this.length) this.forgetCellsFrom(this.cachedLength);
  }

  #leaveTwins(): void {
    if (this.twins.size === 1) return;
    this.twins.delete(this);
    this.twins = new Set([this]);
  }

  #mustBeUsable(): void {
    this.#pool.mustBeOpen();
    if (!this.#disposed) return;
    throw new TracewiseError('ERR_DISPOSED', 'Expected an open sequence but it is disposed; open another');
  }

  #mustBeChangeable(): void {
    this.#mustBeUsable();
    if (this.#choices === 0) return;
    throw new TracewiseError(
      'ERR_BUSY',
      'Expected no choice in flight for `sequence` but received a change; await the choice first',
    );
  }

  #checkToken(token: unknown): void {
    const { vocabularySize } = this.#pool.limits;
    if (Number.isInteger(token) && (token as number) >= 0 && (token as number) < vocabularySize) return;
    throw new RangeError(
      `Expected token ids in [0, ${vocabularySize}) for \`tokens\` but received ${String(token)}`,
    );
  }

  #checkLength(length: number): void {
    if (Number.isInteger(length) && length >= 0 && length <= this.length) return;
    throw new RangeError(`Expected an integer in [0, ${this.length}] for \`length\` but received ${length}`);
  }
}
