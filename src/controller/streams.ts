import { commonPrefix } from '../common-prefix.ts';
import { TracewiseError } from '../errors.ts';
import type { PromptPieces, Segment } from '../prompt/prompt-pieces.ts';
import type { TokenId, TokenModel, TokenSequence } from '../token-model.ts';

/**
 * The two sequences of a run: the unconditional one, head + tail + code, and the conditional one,
 * head + signal + tail + code, which shares the head's cells and exists only while there is a signal.
 * Accepted text is never tokenized again: both go on with the very tokens that were picked.
 */
export class Streams {
  readonly unconditional: TokenSequence;
  readonly promptTokens: number;
  readonly #model: TokenModel;
  readonly #together: boolean;
  readonly #headLength: number;
  readonly #tail: readonly TokenId[];
  readonly #code: TokenId[];
  readonly #candidates = new Set<TokenSequence>();
  #conditional: TokenSequence | undefined;
  #rows = 0;
  #cachedTokens = 0;
  #unreadRows = 0;

  /** `together`: both sequences are asked at once, and so need their cells at once. */
  constructor(model: TokenModel, { head, tail, begun }: PromptPieces, { together }: { together: boolean }) {
    this.#model = model;
    this.#together = together;
    const headTokens = tokenizeSegments(model, head, true);
    this.#headLength = headTokens.length;
    this.#tail = tokenizeSegments(model, tail, false);
    this.#code = begun === '' ? [] : model.tokenize(begun);
    this.promptTokens = headTokens.length + this.#tail.length + this.#code.length;
    if (this.promptTokens >= model.maxSequenceTokens) {
      throw new TracewiseError(
        'ERR_PROMPT_TOO_LONG',
        `Expected a prompt shorter than the ${model.maxSequenceTokens} tokens that ${model.name} can read but received ${this.promptTokens}; shorten the task or use a model with a longer context`,
        { details: { promptTokens: this.promptTokens, maxSequenceTokens: model.maxSequenceTokens } },
      );
    }
    this.unconditional = model.openSequence();
    this.unconditional.append(headTokens);
    this.unconditional.append(this.#tail);
    this.unconditional.append(this.#code);
  }

  /** Present while there is a signal. */
  get conditional(): TokenSequence | undefined {
    return this.#conditional;
  }

  /**
   * Tokens that a signal may take so that `reserve` more tokens of code still fit behind it: in the model, and, of
   * both streams where they are asked together, in a cache that nobody else uses.
   */
  signalRoom(reserve: number): number {
    const { maxSequenceTokens, contextTokens } = this.#model;
    const behind = this.#tail.length + this.#code.length + reserve;
    const room = maxSequenceTokens - behind;
    return (this.#together ? Math.min(room, contextTokens - 2 * behind) : room) - this.#headLength;
  }

  /** Whether the model and the cache have room for one more token of either sequence. */
  get hasRoom(): boolean {
    const { maxSequenceTokens, contextTokens } = this.#model;
    const { length } = this.unconditional;
    if (!this.#conditional) return length < maxSequenceTokens;
    const longest = Math.max(length, this.#conditional.length);
    const cells = length + this.#conditional.length - this.#headLength;
    return longest < maxSequenceTokens && (!this.#together || cells + 2 <= contextTokens);
  }

  setSignal(text: string): void {
    if (text === '') {
      this.#conditional = this.#release(this.#conditional);
      this.#unreadRows = 0;
      return;
    }
    this.#conditional ??= this.unconditional.fork(this.#headLength);
    const behind = [...this.#model.tokenize(text), ...this.#tail, ...this.#code];
    // Entries that did not change keep their place, and so their cells.
    const known = this.#conditional.tokens.slice(this.#headLength);
    const same = commonPrefix(behind, known);
    this.#conditional.truncate(this.#headLength + same);
    this.#conditional.append(behind.slice(same));
    this.#unreadRows = behind.length - same;
  }

  append(token: TokenId): void {
    this.#unreadRows = 0;
    this.#code.push(token);
    this.unconditional.append([token]);
    this.#conditional?.append([token]);
  }

  /** A candidate's own sequence, sharing all of `parent`. */
  forkCandidate(parent: TokenSequence): TokenSequence {
    const candidate = parent.fork();
    this.#candidates.add(candidate);
    return candidate;
  }

  releaseCandidates(candidates: Iterable<TokenSequence> = [...this.#candidates]): void {
    for (const candidate of candidates) if (this.#candidates.delete(candidate)) this.#release(candidate);
  }

  /** Rows put through the model for this run, by all of its sequences. */
  get rows(): number {
    return this.#sum('numEvaluatedTokens') + this.#rows;
  }

  /** Rows that the signal will take, where no token was picked since it was set. */
  get unreadRows(): number {
    return this.#unreadRows;
  }

  get cachedTokens(): number {
    return this.#sum('numCachedTokens') + this.#cachedTokens;
  }

  dispose(): void {
    this.releaseCandidates();
    this.#conditional = this.#release(this.#conditional);
    this.unconditional.dispose();
  }

  #sum(counter: 'numEvaluatedTokens' | 'numCachedTokens'): number {
    let sum = this.unconditional[counter] + (this.#conditional?.[counter] ?? 0);
    for (const candidate of this.#candidates) sum += candidate[counter];
    return sum;
  }

  #release(sequence: TokenSequence | undefined): undefined {
    if (!sequence) return;
    this.#rows += sequence.numEvaluatedTokens;
    this.#cachedTokens += sequence.numCachedTokens;
    sequence.dispose();
  }
}

function tokenizeSegments(model: TokenModel, segments: readonly Segment[], begin: boolean): TokenId[] {
  return segments.flatMap(({ text, special }, i) =>
    model.tokenize(text, { special, begin: begin && i === 0 }),
  );
}
