/**
 * What the controller asks of a language model. `src/llama` implements it on llama.cpp,
 * `tracewise/testing` with a script. Nothing here knows of an addon, a file or a GPU.
 */

/** Index into the vocabulary, in [0, vocabularySize). */
export type TokenId = number & { readonly __brand?: 'TokenId' };

/**
 * One pick from one sequence's next-token distribution. The vocabulary is narrowed in this order (that of
 * Hugging Face's logits warpers): temperature, top-k, top-p, min-p; then tokens are laid out likeliest first
 * (ties: lower id first) and `uniform` picks along the cumulated probability.
 */
export interface SampleRequest {
  readonly kind: 'sample';
  readonly sequence: TokenSequence;
  /** 0: argmax, `uniform` is then ignored. */
  readonly temperature: number;
  /** Keep the k likeliest tokens; 0: all. */
  readonly topK?: number;
  /** Keep the smallest set of likeliest tokens whose probability reaches this; 1: all. */
  readonly topP?: number;
  /** Keep tokens with at least this share of the likeliest token's probability; 0: all. */
  readonly minP?: number;
  /** The draw, in [0, 1): all randomness comes in here, so a replay is exact. */
  readonly uniform?: number;
  /** How many of the likeliest tokens to report; 0 by default. */
  readonly topCount?: number;
}

/**
 * One pick from the guided mixture of two sequences' next-token distributions:
 * score(w) = log p_u(w) + γ (log(p_c(w) + ε) − log(p_u(w) + ε))   (arXiv 2506.10948, eq. for M_cfg;
 * ε as in the reference implementation, 0 for the exact mixture).
 */
export interface GuidedRequest {
  readonly kind: 'guided';
  readonly unconditional: TokenSequence;
  readonly conditional: TokenSequence;
  /** The paper's γ. */
  readonly guidanceStrength: number;
  /** The reference's ε added to both probabilities; 0 mixes the logprobs exactly. */
  readonly epsilon: number;
  /** Only tokens with p_c ≥ plausibility · max p_c may be picked; 0: no mask. */
  readonly plausibility: number;
  /** γ applies only where ½ Σ |p_c − p_u| exceeds this, and the pick is p_u's elsewhere; 0, the default: always. */
  readonly guidanceGate?: number;
  /** 0: argmax (ties: lower id). Otherwise the mixture is divided by it and sampled as in `SampleRequest`, not narrowed. */
  readonly temperature: number;
  /** The draw, in [0, 1); needed where temperature > 0. */
  readonly uniform?: number;
  readonly topCount?: number;
}

export type ChoiceRequest = SampleRequest | GuidedRequest;

/** A token with its natural-log probability. */
export interface TokenLogprob {
  readonly token: TokenId;
  readonly logprob: number;
}

/** What was picked. All logprobs in nats, before temperature and before any truncation of the vocabulary. */
export interface Choice {
  readonly token: TokenId;
  /** Logprob of `token` in the sampled sequence, or in the unconditional one of a pair. */
  readonly unconditionalLogprob: number;
  /** Of a pair: logprob in the conditional sequence; otherwise undefined. */
  readonly conditionalLogprob?: number;
  /** Of a pair: logprob in the normalised guided mixture (mask applied); otherwise undefined. */
  readonly guidedLogprob?: number;
  /** The likeliest tokens, best first, where `topCount` asked for them. */
  readonly top?: {
    readonly unconditional: readonly TokenLogprob[];
    readonly conditional?: readonly TokenLogprob[];
    readonly guided?: readonly TokenLogprob[];
  };
}

/**
 * A token sequence with its cells in the model's cache. Tokens are appended at once and evaluated lazily,
 * by the first choice that needs them. A sequence that is part of a choice in flight must not be changed.
 */
export interface TokenSequence {
  readonly tokens: readonly TokenId[];
  readonly length: number;
  /** Tokens of this sequence that came from shared cells and so were never evaluated for it. */
  readonly numCachedTokens: number;
  /** Tokens that were evaluated for this sequence, re-evaluations after a truncation included. */
  readonly numEvaluatedTokens: number;
  append(tokens: Iterable<TokenId>): void;
  /** A new sequence that shares this one's first `length` cells (all by default); costs no evaluation. */
  fork(length?: number): TokenSequence;
  /** Drops the tokens from `length` on, and their cells. */
  truncate(length: number): void;
  dispose(): void;
}

/** Running totals of a model; the difference of two readings is what happened in between. */
export interface ModelCounters {
  /** Rows (tokens of any sequence) that went through the model. */
  readonly rows: number;
  /** Calls of llama_decode. */
  readonly decodes: number;
  /** Time in which the model was at work. */
  readonly decodeMs: number;
}

/** A message of a chat prompt. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface TokenModel {
  /** What to call this model in events and errors. */
  readonly name: string;
  readonly vocabularySize: number;
  /** Cells of the cache that all sequences share. */
  readonly contextTokens: number;
  /** The longest sequence that the model was trained for; a longer one is refused (ERR_PROMPT_TOO_LONG). */
  readonly maxSequenceTokens: number;
  /** How many sequences may be open at once. */
  readonly maxSequences: number;
  readonly counters: ModelCounters;
  /**
   * What a decode of so many rows, all with logits, takes, in ms, on an empty cache; Infinity where none holds them. How far
   * to look ahead follows from it.
   */
  decodeMs(rows: number): number;
  /**
   * The bytes of the tokens are those of the text, so that a text may be read piece by piece. `special`: read control tokens
   * written in the text as such. `begin`: of the first piece; adds the begin token, and the blank, that the model wants there.
   */
  tokenize(text: string, options?: { special?: boolean; begin?: boolean }): TokenId[];
  /** The bytes that a token stands for; it may hold half a character. Control tokens give none. */
  tokenBytes(token: TokenId): Uint8Array;
  isEndOfGeneration(token: TokenId): boolean;
  /** The chat prompt in the model's own template, ending where the assistant's answer begins; undefined: it has none. */
  renderChat(messages: readonly ChatMessage[]): string | undefined;
  openSequence(): TokenSequence;
  /**
   * Picks the next token of a sequence or a pair; the pick is not appended. Requests made in one turn of the
   * event loop share one decode. An abort rejects with the signal's reason and leaves the sequences usable.
   */
  choose(request: ChoiceRequest, options?: { signal?: AbortSignal }): Promise<Choice>;
  /**
   * Picks one token after another for as long as each pick is the draft's next token: the first pick follows
   * the sequences as they are, the next one follows them and the draft's first token, and so on, all in one
   * decode (speculative decoding, arXiv 2211.17192, for one known draft). Resolves to between 1 and
   * `draft.length + 1` choices, each what `choose` would have given in its place; all but the last are the
   * draft's. Nothing is appended, but what was evaluated is kept: appending the same tokens costs no row.
   * `uniforms`: the draws of the picks, one more than the draft has tokens; `request.uniform` is not used.
   */
  chooseAlong(
    request: ChoiceRequest,
    draft: readonly TokenId[],
    uniforms: readonly number[],
    options?: { signal?: AbortSignal },
  ): Promise<Choice[]>;
  /** The next-token logits of a sequence, a copy, [vocabularySize]. */
  readLogits(sequence: TokenSequence, options?: { signal?: AbortSignal }): Promise<Float32Array>;
}
