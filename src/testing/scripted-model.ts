import { commonPrefix } from '../common-prefix.ts';
import { TracewiseError } from '../errors.ts';
import { logSoftmax } from '../guidance/log-softmax.ts';
import { mixLogits } from '../guidance/mix-logits.ts';
import { pickToken } from '../guidance/pick-token.ts';
import type {
  Choice,
  ChoiceRequest,
  GuidedRequest,
  SampleRequest,
  TokenId,
  TokenModel,
  TokenSequence,
} from '../token-model.ts';
import { ScriptedSequence } from './scripted-sequence.ts';

/** The piece that ends a generation. */
export const endPiece = '<|end|>';

/**
 * What may come next: one piece, or pieces with their probabilities. A piece that is not among them has next to none, as in
 * a real model; one of probability 0 is impossible.
 */
export type NextPieces = string | Readonly<Record<string, number>>;

// Logit of a piece that `next` does not name.
const unnamed = -30;

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

  /** As of a device that reads its weights once for a few rows. */
  decodeMs(rows: number): number {
    return 1 + rows / 16;
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
    const [choice] = await this.chooseAlong(request, [], [request.uniform ?? 0], signal && { signal });
    return choice!;
  }

  async chooseAlong(
    request: ChoiceRequest,
    draft: readonly TokenId[],
    uniforms: readonly number[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Choice[]> {
    signal?.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.#mustFit(sequencesOf(request));
    for (const sequence of new Set(sequencesOf(request))) this.#evaluate(sequence, draft);
    const choices: Choice[] = [];
    for (let i = 0; i <= draft.length && (i === 0 || choices[i - 1]!.token === draft[i - 1]); i++)
      choices.push(this.#choice({ ...request, uniform: uniforms[i]! }, draft.slice(0, i)));
    return choices;
  }

  async readLogits(sequence: TokenSequence): Promise<Float32Array> {
    this.#evaluate(sequence);
    const row = this.#row(sequence);
    return Float32Array.from(this.#pieces, (_, id) => row.get(id as TokenId) ?? unnamed);
  }

  /** As in a real cache, what two sequences begin with alike takes cells once. */
  #mustFit([first, second]: readonly TokenSequence[]): void {
    const shared = second ? commonPrefix(first!.tokens, second.tokens) : 0;
    const cells = first!.length + (second?.length ?? 0) - shared;
    if (cells <= this.contextTokens) return;
    throw new TracewiseError(
      'ERR_CACHE_FULL',
      `Expected a cache of ${cells} cells but received \`contextTokens\` ${this.contextTokens}; raise it`,
    );
  }

  #evaluate(sequence: TokenSequence, draft?: readonly TokenId[]): void {
    this.counters.rows += (sequence as ScriptedSequence).evaluate(draft);
    this.counters.decodes++;
  }

  /** `behind`: tokens that follow the sequences' own. */
  #choice(request: ChoiceRequest, behind: readonly TokenId[]): Choice {
    return request.kind === 'guided' ? this.#guided(request, behind) : this.#sampled(request, behind);
  }

  #sampled(request: SampleRequest, behind: readonly TokenId[]): Choice {
    const row = this.#row(request.sequence, behind);
    const tokens = [...row.keys()].sort((a, b) => a - b);
    const logits = tokens.map((token) => row.get(token)!);
    const at = pickToken(logits, request);
    return { token: tokens[at]!, unconditionalLogprob: logSoftmax(logits)[at]! };
  }

  #guided(request: GuidedRequest, behind: readonly TokenId[]): Choice {
    const u = this.#row(request.unconditional, behind);
    const c = this.#row(request.conditional, behind);
    const tokens = [...new Set([...u.keys(), ...c.keys()])].sort((a, b) => a - b);
    const unconditional = tokens.map((token) => u.get(token) ?? unnamed);
    const conditional = tokens.map((token) => c.get(token) ?? unnamed);
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

  #row({ tokens }: TokenSequence, behind: readonly TokenId[] = []): Map<TokenId, number> {
    const text = [...tokens, ...behind].map((token) => this.#pieces[token]).join('');
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
