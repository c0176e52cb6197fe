import { logSoftmax } from '../guidance/log-softmax.ts';
import { mixLogits } from '../guidance/mix-logits.ts';
import { pickToken } from '../guidance/pick-token.ts';
import type { Choice, ChoiceRequest, TokenId, TokenModel, TokenSequence } from '../token-model.ts';
import { ScriptedSequence } from './scripted-sequence.ts';

/** The piece that ends a generation. */
export const endPiece = '<|end|>';

/** What may come next: one piece, or pieces with their probabilities. */
export type NextPieces = string | Readonly<Record<string, number>>;

export interface ScriptedModelOptions {
  /** The text of a sequence so far to what may come next. */
  readonly next: (text: string) => NextPieces;
  readonly maxSequenceTokens?: number;
  readonly maxSequences?: number;
  readonly contextTokens?: number;
  /** Wraps the user's message; absent: the model has no chat template. */
  readonly chat?: (content: string) => string;
}

/**
 * A TokenModel without weights: a function says what comes next. Pieces become tokens as they are met, and a
 * piece may hold a newline anywhere, or be any bytes of a text. Guidance and sampling are the real ones.
 */
export class ScriptedModel implements TokenModel {
  readonly name = 'scripted';
  readonly contextTokens: number;
  readonly maxSequenceTokens: number;
  readonly maxSequences: number;
  readonly counters = { rows: 0, decodes: 0, decodeMs: 0 };
  /** Sequences not yet disposed. */
  readonly openSequences = new Set<TokenSequence>();
  readonly #options: ScriptedModelOptions;
  readonly #pieces: string[] = [];
  readonly #ids = new Map<string, TokenId>();

  constructor(options: ScriptedModelOptions) {
    this.#options = options;
    this.contextTokens = options.contextTokens ?? 65536;
    this.maxSequenceTokens = options.maxSequenceTokens ?? 8192;
    this.maxSequences = options.maxSequences ?? 64;
  }

  get vocabularySize(): number {
    return this.#pieces.length;
  }

  tokenize(text: string): TokenId[] {
    return (text.match(/\n|[^\S\n]+|\S{1,8}/g) ?? []).map((piece) => this.#idOf(piece));
  }

  tokenBytes(token: TokenId): Uint8Array {
    const piece = this.#pieces[token]!;
    return piece === endPiece ? new Uint8Array() : new TextEncoder().encode(piece);
  }

  isEndOfGeneration(token: TokenId): boolean {
    return this.#pieces[token] === endPiece;
  }

  renderChat(messages: readonly { content: string }[]): string | undefined {
    return this.#options.chat?.(messages.map(({ content }) => content).join('\n'));
  }

  openSequence(): TokenSequence {
    return new ScriptedSequence(this.openSequences);
  }

  async choose(request: ChoiceRequest, { signal }: { signal?: AbortSignal } = {}): Promise<Choice> {
    signal?.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    return request.kind === 'guided' ? this.#guided(request) : this.#sampled(request);
  }

  async chooseAlong(
    request: ChoiceRequest,
    draft: readonly TokenId[],
    uniforms: readonly number[],
    options: { signal?: AbortSignal } = {},
  ): Promise<Choice[]> {
    const choices: Choice[] = [];
    const forks = sequencesOf(request).map((sequence) => sequence.fork());
    try {
      for (let i = 0; i <= draft.length; i++) {
        choices.push(await this.choose({ ...withSequences(request, forks), uniform: uniforms[i]! }, options));
        if (choices[i]!.token !== draft[i]) break;
        for (const fork of forks) fork.append([draft[i]!]);
      }
    } finally {
      for (const fork of forks) fork.dispose();
    }
    return choices;
  }

  async readLogits(sequence: TokenSequence): Promise<Float32Array> {
    const row = this.#row(sequence);
    return Float32Array.from(this.#pieces, (_, id) => row.get(id as TokenId) ?? -Infinity);
  }

  #sampled(request: Extract<ChoiceRequest, { kind: 'sample' }>): Choice {
    const row = this.#row(request.sequence);
    const tokens = [...row.keys()].sort((a, b) => a - b);
    const logits = tokens.map((token) => row.get(token)!);
    const at = pickToken(logits, request);
    return { token: tokens[at]!, unconditionalLogprob: logSoftmax(logits)[at]! };
  }

  #guided(request: Extract<ChoiceRequest, { kind: 'guided' }>): Choice {
    const u = this.#row(request.unconditional);
    const c = this.#row(request.conditional);
    const tokens = [...new Set([...u.keys(), ...c.keys()])].sort((a, b) => a - b);
    const unconditional = tokens.map((token) => u.get(token) ?? -Infinity);
    const conditional = tokens.map((token) => c.get(token) ?? -Infinity);
    const mixed = mixLogits(unconditional, conditional, request);
    const at = pickToken(mixed, request);
    const best = pickToken(unconditional, { temperature: 0 });
    return {
      token: tokens[at]!,
      unconditionalLogprob: logSoftmax(unconditional)[at]!,
      conditionalLogprob: logSoftmax(conditional)[at]!,
      guidedLogprob: mixed[at]!,
      top: { unconditional: [{ token: tokens[best]!, logprob: logSoftmax(unconditional)[best]! }] },
    };
  }

  #row(sequence: TokenSequence): Map<TokenId, number> {
    this.counters.rows += (sequence as ScriptedSequence).evaluate();
    this.counters.decodes++;
    const text = sequence.tokens.map((token) => this.#pieces[token]).join('');
    const next = this.#options.next(text);
    const shares = typeof next === 'string' ? { [next]: 1 } : next;
    return new Map(Object.entries(shares).map(([piece, share]) => [this.#idOf(piece), Math.log(share)]));
  }

  #idOf(piece: string): TokenId {
    const known = this.#ids.get(piece);
    if (known !== undefined) return known;
    const id = this.#pieces.push(piece) - 1;
    this.#ids.set(piece, id);
    return id;
  }
}

function sequencesOf(request: ChoiceRequest): TokenSequence[] {
  return request.kind === 'guided' ? [request.unconditional, request.conditional] : [request.sequence];
}

function withSequences(request: ChoiceRequest, [first, second]: TokenSequence[]): ChoiceRequest {
  if (request.kind === 'sample') return { ...request, sequence: first! };
  return { ...request, unconditional: first!, conditional: second! };
}
