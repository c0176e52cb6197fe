import type { TokenId, TokenModel } from '../token-model.ts';

const shortest = 2;
const longest = 32;

/** Guesses at the next tokens of a line: the candidates that begin as the line does. */
export class Drafts {
  readonly #model: Pick<TokenModel, 'isEndOfGeneration' | 'tokenBytes'>;
  #lines: readonly (readonly TokenId[])[] = [];
  #since: TokenId[] = [];
  /** How far to look ahead; grows while drafts are taken whole, shrinks to what was taken of the last one. */
  #length = 8;

  constructor(model: Pick<TokenModel, 'isEndOfGeneration' | 'tokenBytes'>) {
    this.#model = model;
  }

  /** Of each text the first line counts, without the token that ends it. */
  set(texts: readonly (readonly TokenId[])[]): void {
    this.#lines = texts.map((tokens) => this.#firstLine(tokens));
    this.#since = [];
  }

  /** The next tokens of the first line that agrees with what has been picked since; [] where none does. */
  next(): TokenId[] {
    const at = this.#since.length;
    const line = this.#lines.find(
      (tokens) => tokens.length > at && this.#since.every((token, i) => tokens[i] === token),
    );
    return line ? line.slice(at, at + this.#length) : [];
  }

  advance(token: TokenId): void {
    if (this.#lines.length > 0) this.#since.push(token);
  }

  #firstLine(tokens: readonly TokenId[]): readonly TokenId[] {
    const newline = 10;
    const end = tokens.findIndex(
      (token) => this.#model.isEndOfGeneration(token) || this.#model.tokenBytes(token).includes(newline),
    );
    return end < 0 ? tokens : tokens.slice(0, end);
  }

  adapt(drafted: number, accepted: number): void {
    if (accepted < drafted) this.#length = Math.max(shortest, accepted + 1);
    else if (drafted === this.#length) this.#length = Math.min(longest, 2 * drafted);
  }
}
