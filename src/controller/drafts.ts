import type { TokenId, TokenModel } from '../token-model.ts';
import { DraftLength } from './draft-length.ts';
import { promptLookup } from './prompt-lookup.ts';

/** A guess at the next tokens, and what is to be told of how it did. */
export interface Draft {
  readonly tokens: readonly TokenId[];
  learn(accepted: number): void;
}

/** Where a guess is wanted. */
export interface DraftPlace {
  /** Tokens since the texts were set. */
  readonly since: readonly TokenId[];
  /** All tokens so far. */
  readonly tokens: readonly TokenId[];
  /** Rows that a token costs. */
  readonly streams: number;
}

/**
 * Guesses at next tokens: of the texts that begin as what was written since, and where none does, what followed the last
 * tokens where they stood before, in the prompt or in the answer.
 */
export class Drafts {
  readonly #model: Pick<TokenModel, 'isEndOfGeneration' | 'tokenBytes' | 'decodeMs'>;
  readonly #withinLine: boolean;
  readonly #ofCandidates = new DraftLength(0.85);
  readonly #ofLookups = new DraftLength(0.5);
  #lines: readonly (readonly TokenId[])[] = [];

  /** `withinLine`: guesses end before the line does, since what follows it is picked from another distribution. */
  constructor(
    model: Pick<TokenModel, 'isEndOfGeneration' | 'tokenBytes' | 'decodeMs'>,
    { withinLine }: { withinLine: boolean },
  ) {
    this.#model = model;
    this.#withinLine = withinLine;
  }

  /** Texts that may follow, likeliest first. */
  set(texts: readonly (readonly TokenId[])[]): void {
    this.#lines = texts.map((tokens) => this.#usable(tokens));
  }

  /** Undefined where no guess pays. */
  next({ since, tokens, streams }: DraftPlace): Draft | undefined {
    const at = since.length;
    const line = this.#lines.find(
      (tokens) => tokens.length > at && since.every((token, i) => tokens[i] === token),
    );
    if (line) return this.#cut(line.slice(at), this.#ofCandidates, streams);
    return this.#cut(this.#usable(promptLookup(tokens)), this.#ofLookups, streams);
  }

  #cut(tokens: readonly TokenId[], length: DraftLength, streams: number): Draft | undefined {
    if (tokens.length === 0) return undefined;
    const count = length.best(tokens.length, streams, (rows) => this.#model.decodeMs(rows));
    if (count === 0) return undefined;
    return { tokens: tokens.slice(0, count), learn: (accepted) => length.learn(count, accepted) };
  }

  #usable(tokens: readonly TokenId[]): readonly TokenId[] {
    const newline = 10;
    const end = tokens.findIndex(
      (token) =>
        this.#model.isEndOfGeneration(token) ||
        (this.#withinLine && this.#model.tokenBytes(token).includes(newline)),
    );
    return end < 0 ? tokens : tokens.slice(0, end);
  }
}
