import type {
  ChatMessage,
  Choice,
  ChoiceRequest,
  ModelCounters,
  TokenId,
  TokenModel,
  TokenSequence,
} from '../token-model.ts';
import type { ModelFacts, NativeContext, NativeDevice, NativeModel } from './addon.ts';
import { CellStore } from './cell-store.ts';
import { ChatTemplate } from './chat-template.ts';
import { checkRequest, checkUniforms } from './check-request.ts';
import { type DecodeCosts, decodeMs, separateRows } from './decode-costs.ts';
import { LlamaSequence } from './llama-sequence.ts';
import { Scheduler, type SchedulerLimits } from './scheduler.ts';
import { SequencePool } from './sequence-pool.ts';

export interface EngineParts {
  readonly name: string;
  readonly model: NativeModel;
  readonly context: NativeContext;
  readonly devices: readonly NativeDevice[];
  /** llama.cpp's own version. */
  readonly libraryVersion: string;
  readonly libraryFolder: string;
  /** Rows of logits in one step. */
  readonly maxOutputs: number;
  readonly decodeCosts: DecodeCosts;
  /** Rows of a decode at most, where logits of any are wanted and it is not theirs alone. */
  readonly maxRowsBesideOutputs: number;
  /** Whether sequences share cells that are no forks of each other. */
  readonly sharePrefixes: boolean;
}

/** A model on llama.cpp, with one context that all sequences share. Made by `loadEngine`. */
export class LlamaEngine implements TokenModel {
  readonly name: string;
  readonly vocabularySize: number;
  readonly contextTokens: number;
  readonly maxSequenceTokens: number;
  readonly maxSequences: number;
  readonly facts: ModelFacts;
  readonly devices: readonly NativeDevice[];
  readonly libraryVersion: string;
  readonly libraryFolder: string;
  /** What decodes take by their rows, as measured while loading or as given. */
  readonly decodeCosts: DecodeCosts;
  readonly #model: NativeModel;
  readonly #context: NativeContext;
  readonly #pool: SequencePool;
  readonly #scheduler: Scheduler;
  readonly #limits: SchedulerLimits;
  readonly #template: ChatTemplate | undefined;
  #disposal: Promise<void> | undefined;

  constructor({
    name,
    model,
    context,
    devices,
    libraryVersion,
    libraryFolder,
    maxOutputs,
    decodeCosts,
    maxRowsBesideOutputs,
    sharePrefixes,
  }: EngineParts) {
    const facts = model.facts();
    const limits = context.facts();
    this.name = name;
    this.facts = facts;
    this.devices = devices;
    this.libraryVersion = libraryVersion;
    this.libraryFolder = libraryFolder;
    this.decodeCosts = decodeCosts;
    this.vocabularySize = facts.vocabularySize;
    this.contextTokens = limits.contextTokens;
    this.maxSequenceTokens = Math.min(facts.trainedTokens, limits.contextTokens);
    this.maxSequences = limits.maxSequences;
    this.#model = model;
    this.#context = context;
    const cells = new CellStore(context);
    this.#pool = new SequencePool(cells, {
      vocabularySize: facts.vocabularySize,
      maxSequences: limits.maxSequences,
      maxLength: this.maxSequenceTokens,
    });
    this.#limits = {
      batchTokens: limits.batchTokens,
      maxOutputs,
      maxSeparateRows: separateRows(decodeCosts),
      maxRowsBesideOutputs,
      sharePrefixes,
    };
    this.#scheduler = new Scheduler(context, this.#pool, this.#limits, facts.vocabularySize);
    if (facts.chatTemplate !== undefined) this.#template = new ChatTemplate(facts.chatTemplate, facts);
  }

  get counters(): ModelCounters {
    return { ...this.#scheduler.counters };
  }

  decodeMs(rows: number): number {
    return rows > this.#mostPickedRows ? Infinity : decodeMs(this.decodeCosts, rows);
  }

  /** How many sequences are open. */
  get openSequences(): number {
    return this.#pool.size;
  }

  tokenize(
    text: string,
    { special = false, begin = false }: { special?: boolean; begin?: boolean } = {},
  ): TokenId[] {
    this.#pool.mustBeOpen();
    if (typeof text !== 'string')
      throw new TypeError(`Expected a string for \`text\` but received ${String(text)}`);
    const { addsBegin, addsSpacePrefix, beginToken } = this.facts;
    const whole = begin && addsSpacePrefix ? this.#withSpacePrefix(text, special) : text;
    const tokens: TokenId[] = Array.from(this.#model.tokenize(whole, special));
    // A rendered chat prompt may have its begin token already.
    if (begin && addsBegin && tokens[0] !== beginToken) tokens.unshift(beginToken);
    return tokens;
  }

  tokenBytes(token: TokenId): Uint8Array {
    this.#pool.mustBeOpen();
    this.#checkToken(token);
    return this.#model.tokenBytes(token);
  }

  isEndOfGeneration(token: TokenId): boolean {
    this.#pool.mustBeOpen();
    this.#checkToken(token);
    return this.#model.isEndOfGeneration(token);
  }

  renderChat(messages: readonly ChatMessage[]): string | undefined {
    return this.#template?.render(messages);
  }

  openSequence(): LlamaSequence {
    return this.#pool.open();
  }

  async choose(request: ChoiceRequest, { signal }: { signal?: AbortSignal } = {}): Promise<Choice> {
    checkRequest(request);
    const choices = await this.#scheduler.submit(this.#sequencesOf(request), request, { signal });
    return (choices as Choice[])[0]!;
  }

  /** A draft longer than one step can hold is used as far as it fits. */
  async chooseAlong(
    request: ChoiceRequest,
    draft: readonly TokenId[],
    uniforms: readonly number[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Choice[]> {
    checkRequest({ ...request, uniform: 0 });
    if (request.temperature > 0) checkUniforms(uniforms, draft.length + 1);
    for (const token of draft) this.#checkToken(token);
    const sequences = this.#sequencesOf(request);
    const rows = Math.floor(this.#mostPickedRows / sequences.length);
    const room = this.maxSequenceTokens - Math.max(...sequences.map(({ length }) => length));
    const tokens = draft.slice(0, Math.min(rows - 1, room));
    const choices = await this.#scheduler.submit(sequences, request, { draft: { tokens, uniforms }, signal });
    return choices as Choice[];
  }

  async readLogits(
    sequence: TokenSequence,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Float32Array> {
    const own = this.#own(sequence, 'sequence');
    return (await this.#scheduler.submit([own], undefined, { signal })) as Float32Array;
  }

  /**
   * Ends the step in flight, rejects what waits with ERR_DISPOSED, and frees the context and the model.
   * Twice is fine; open sequences become unusable.
   */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(): Promise<void> {
    this.#pool.close();
    await this.#scheduler.close();
    this.#context.dispose();
    this.#model.dispose();
  }

  /** Rows of one decode from which all are picked. */
  get #mostPickedRows(): number {
    const { maxOutputs, batchTokens, maxRowsBesideOutputs } = this.#limits;
    return Math.min(maxOutputs, batchTokens, maxRowsBesideOutputs);
  }

  /** The blank stands behind a begin token that is written in the text, and before no other control token. */
  #withSpacePrefix(text: string, special: boolean): string {
    const { beginText = '' } = this.facts;
    const begun = special && text.startsWith(beginText) ? beginText : '';
    const rest = text.slice(begun.length);
    const [first] = this.#model.tokenize(rest, special);
    const isControl = first !== undefined && this.tokenBytes(first).length === 0;
    return isControl ? text : `${begun} ${rest}`;
  }

  #sequencesOf(request: ChoiceRequest): LlamaSequence[] {
    if (request.kind === 'sample') return [this.#own(request.sequence, 'sequence')];
    return [this.#own(request.unconditional, 'unconditional'), this.#own(request.conditional, 'conditional')];
  }

  #own(sequence: TokenSequence, name: string): LlamaSequence {
    this.#pool.mustBeOpen();
    if (sequence instanceof LlamaSequence && sequence.belongsTo(this.#pool)) return sequence;
    throw new TypeError(`Expected a sequence of this engine for \`${name}\` but received another object`);
  }

  #checkToken(token: TokenId): void {
    if (Number.isInteger(token) && token >= 0 && token < this.vocabularySize) return;
    throw new RangeError(
      `Expected a token id in [0, ${this.vocabularySize}) for \`token\` but received ${token}`,
    );
  }
}
