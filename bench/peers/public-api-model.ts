import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp';
import { commonPrefix } from '../../src/common-prefix.ts';
import type {
  Choice,
  ChoiceRequest,
  GuidedRequest,
  ModelCounters,
  TokenId,
  TokenModel,
  TokenSequence,
} from '../../src/index.ts';
import { overriding } from '../support/timed-model.ts';

/** What a model drew for candidates, by the draw. */
export type Draws = Map<string, Choice>;

/** A model that notes what it draws at a temperature. */
export function notingDraws(model: TokenModel, draws: Draws): TokenModel {
  const choose: TokenModel['choose'] = async (request, options) => {
    const choice = await model.choose(request, options);
    if (isDraw(request)) draws.set(keyOf(request), choice);
    return choice;
  };
  const chooseAlong: TokenModel['chooseAlong'] = async (request, draft, uniforms, options) => {
    const choices = await model.chooseAlong(request, draft, uniforms, options);
    for (const [i, choice] of choices.entries())
      if (isDraw(request)) draws.set(keyOf({ ...request, uniform: uniforms[i]! }, i), choice);
    return choices;
  };
  return overriding(model, { choose, chooseAlong });
}

/**
 * The loop's model on what node-llama-cpp's own API offers, used as well as it can be: requests of one turn are one
 * batch, a sequence keeps what it has of the tokens that it is to have, and so does one that is opened again.
 *
 * What that API lacks: cells of one sequence for another, so that every candidate has a sequence of its own, which reads
 * the prompt once in a run and then what the answer has more than it (several that ask of one sequence at once, since
 * they have drawn alike so far, get one each); several draws from one row, likewise; two rows mixed, but as Maps in
 * JavaScript; and drafts, which would need such a Map for every position. Left out: a sequence's state can go through a
 * file to another one, in place of the prompt that each reads once in a run.
 *
 * Candidates are drawn by its own sampler, and then what `draws` tells of the same draw is taken, so that both loops
 * write the same program.
 */
export class PublicApiModel implements TokenModel {
  readonly name = 'node-llama-cpp';
  readonly vocabularySize: number;
  readonly contextTokens: number;
  readonly maxSequenceTokens: number;
  readonly maxSequences: number;
  /** Draws that were not known: the program is another from there on. */
  unknownDraws = 0;
  readonly #engine: TokenModel;
  readonly #draws: Draws;
  readonly #free: LlamaContextSequence[];
  #rows = 0;

  /** `engine`: its tokenizer is used. */
  constructor(context: LlamaContext, engine: TokenModel, draws: Draws) {
    this.#engine = engine;
    this.#draws = draws;
    this.#free = Array.from({ length: context.totalSequences }, () => context.getSequence());
    this.vocabularySize = engine.vocabularySize;
    this.contextTokens = context.contextSize;
    this.maxSequenceTokens = Math.min(engine.maxSequenceTokens, context.contextSize);
    this.maxSequences = context.totalSequences;
  }

  /** Its decodes are made out of sight. */
  get counters(): ModelCounters {
    return { rows: this.#rows, decodes: 0, decodeMs: 0 };
  }

  decodeMs(rows: number): number {
    return rows;
  }

  tokenize(text: string, options?: { special?: boolean; begin?: boolean }): TokenId[] {
    return this.#engine.tokenize(text, options);
  }

  tokenBytes(token: TokenId): Uint8Array {
    return this.#engine.tokenBytes(token);
  }

  isEndOfGeneration(token: TokenId): boolean {
    return this.#engine.isEndOfGeneration(token);
  }

  renderChat(): undefined {
    return undefined;
  }

  openSequence(): PublicApiSequence {
    return new PublicApiSequence(this.#free);
  }

  async choose(request: ChoiceRequest): Promise<Choice> {
    if (request.kind === 'guided') return this.#guided(request);
    const { temperature, topP, topK, minP } = request;
    const options = { temperature, ...(topP && { topP }), ...(topK && { topK }), ...(minP && { minP }) };
    const { token, confidence } = await this.#next(request.sequence, {
      token: true,
      confidence: true,
      options,
    });
    const own = { token: token!, unconditionalLogprob: Math.log(confidence!) };
    if (!isDraw(request)) return own;
    const known = this.#draws.get(keyOf(request));
    if (!known) this.unknownDraws++;
    return known ?? own;
  }

  async chooseAlong(
    request: ChoiceRequest,
    _draft: readonly TokenId[],
    uniforms: readonly number[],
  ): Promise<Choice[]> {
    return [await this.choose({ ...request, uniform: uniforms[0]! })];
  }

  async readLogits(): Promise<Float32Array> {
    throw new Error('not needed for the loop');
  }

  async #guided({ unconditional, conditional, guidanceStrength }: GuidedRequest): Promise<Choice> {
    const [u, c] = await Promise.all(
      [unconditional, conditional].map(async (sequence) => {
        return (await this.#next(sequence, { probabilities: true })).probabilities!;
      }),
    );
    const token = guidedArgmax(u!, c!, guidanceStrength);
    return {
      token,
      unconditionalLogprob: Math.log(u!.get(token)!),
      conditionalLogprob: Math.log(c!.get(token)!),
      top: { unconditional: [{ token: u!.keys().next().value!, logprob: 0 }] },
    };
  }

  async #next(sequence: TokenSequence, generateNext: GenerateNext) {
    const own = sequence as PublicApiSequence;
    const tokens = own.tokens as readonly Token[];
    const slot = own.lend();
    try {
      await slot.adaptStateToTokens(tokens.slice(0, -1), false);
      const pending = tokens.slice(slot.nextTokenIndex);
      own.numEvaluatedTokens += pending.length;
      this.#rows += pending.length;
      const outputs = await slot.controlledEvaluate([
        ...pending.slice(0, -1),
        [pending.at(-1)!, { generateNext }],
      ]);
      return outputs.at(-1)!.next;
    } finally {
      own.giveBack(slot);
    }
  }
}

type GenerateNext = NonNullable<
  Extract<
    Parameters<LlamaContextSequence['controlledEvaluate']>[0][number],
    readonly unknown[]
  >[1]['generateNext']
>;

class PublicApiSequence implements TokenSequence {
  readonly numCachedTokens = 0;
  numEvaluatedTokens = 0;
  readonly #free: LlamaContextSequence[];
  readonly #tokens: TokenId[] = [];
  #slot: LlamaContextSequence | undefined;
  #isAsked = false;

  constructor(free: LlamaContextSequence[]) {
    this.#free = free;
  }

  get tokens(): readonly TokenId[] {
    return this.#tokens;
  }

  get length(): number {
    return this.#tokens.length;
  }

  append(tokens: Iterable<TokenId>): void {
    for (const token of tokens) this.#tokens.push(token);
  }

  fork(length = this.length): PublicApiSequence {
    const fork = new PublicApiSequence(this.#free);
    fork.append(this.#tokens.slice(0, length));
    return fork;
  }

  truncate(length: number): void {
    this.#tokens.length = length;
  }

  dispose(): void {
    if (this.#slot) this.#free.push(this.#slot);
    this.#slot = undefined;
  }

  /** Its sequence of the context, or where that is being asked one more that has the same tokens. */
  lend(): LlamaContextSequence {
    if (this.#isAsked) return this.#takeFree();
    this.#isAsked = true;
    this.#slot ??= this.#takeFree();
    return this.#slot;
  }

  giveBack(slot: LlamaContextSequence): void {
    if (slot === this.#slot) this.#isAsked = false;
    else this.#free.push(slot);
  }

  /** The free one that has most of its tokens. */
  #takeFree(): LlamaContextSequence {
    const shared = this.#free.map(({ contextTokens }) =>
      commonPrefix(this.#tokens, contextTokens, Math.min(this.length, contextTokens.length)),
    );
    const [slot] = this.#free.splice(shared.indexOf(Math.max(...shared)), 1);
    if (!slot) throw new Error('no free sequence in the context');
    return slot;
  }
}

function isDraw(request: ChoiceRequest): boolean {
  return request.kind === 'sample' && request.temperature > 0;
}

/** `ahead`: tokens of a draft before the drawn one. */
function keyOf(request: ChoiceRequest, ahead = 0): string {
  const { length } = (request as { sequence: TokenSequence }).sequence;
  return `${request.uniform} ${length + ahead}`;
}

/** The likeliest token of the mixture, from both distributions as that API gives them. */
export function guidedArgmax(
  unconditional: ReadonlyMap<Token, number>,
  conditional: ReadonlyMap<Token, number>,
  guidanceStrength: number,
): Token {
  let best = -Infinity;
  let bestToken = 0 as Token;
  for (const [token, p] of unconditional) {
    const score =
      (1 - guidanceStrength) * Math.log(p) + guidanceStrength * Math.log(conditional.get(token) ?? 0);
    if (score > best) {
      best = score;
      bestToken = token;
    }
  }
  return bestToken;
}
