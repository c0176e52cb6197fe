import type { TokenId, TokenSequence } from '../token-model.ts';

/** Tokens and counters of a sequence without a cache behind it; the counting is that of a real one. */
export class ScriptedSequence implements TokenSequence {
  readonly #open: Set<TokenSequence>;
  readonly #tokens: TokenId[];
  readonly numCachedTokens: number;
  numEvaluatedTokens = 0;
  #evaluated: number;
  /** Evaluated behind the own tokens: a draft. */
  #ahead: readonly TokenId[] = [];

  constructor(open: Set<TokenSequence>, tokens: readonly TokenId[] = [], cached = 0) {
    this.#open = open;
    this.#tokens = [...tokens];
    this.numCachedTokens = cached;
    this.#evaluated = cached;
    open.add(this);
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  append(tokens: Iterable<TokenId>): void {
    this.#mustBeOpen();
    for (const token of tokens) {
      const isAhead = this.#ahead[0] === token && this.#evaluated === this.length;
      this.#ahead = isAhead ? this.#ahead.slice(1) : [];
      if (isAhead) this.#evaluated++;
      this.#tokens.push(token);
    }
  }

  fork(length = this.length): TokenSequence {
    this.#mustBeOpen();
    return new ScriptedSequence(this.#open, this.#tokens.slice(0, length), Math.min(length, this.#evaluated));
  }

  truncate(length: number): void {
    this.#mustBeOpen();
    this.#tokens.length = Math.min(length, this.length);
    this.#evaluated = Math.min(this.#evaluated, this.length);
    this.#ahead = [];
  }

  dispose(): void {
    this.#open.delete(this);
  }

  /** Evaluates what is pending, at least the last token, and a draft behind it; returns how many rows that took. */
  evaluate(draft: readonly TokenId[] = []): number {
    this.#mustBeOpen();
    const rows = Math.max(1, this.length - this.#evaluated) + draft.length;
    this.#evaluated = this.length;
    this.#ahead = draft;
    this.numEvaluatedTokens += rows;
    return rows;
  }

  #mustBeOpen(): void {
    if (!this.#open.has(this)) throw new Error('a disposed sequence is used');
  }
}
