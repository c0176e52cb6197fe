import type { Choice, ChoiceRequest, TokenId, TokenModel, TokenSequence } from '../../src/index.ts';

/**
 * A model as a loop of independent generations would use it, without batching, reuse or speculation: one request is one
 * decode, nothing is looked ahead, and a fork or a truncated sequence is computed from its first token. Every candidate
 * is a generation of its own too: of several that ask of one sequence at once, since they have drawn alike so far, all
 * but the first ask of generations that have read the prompt, and draw after draw since, by themselves.
 *
 * What it does share with the engine: the choice itself, a sequence that only grows keeps its cells, and the sequence
 * that candidates start from gives one of them its first draw. `engine`: loaded with `sharePrefixes: false`.
 */
export function naiveModel(engine: TokenModel): TokenModel {
  const generations = new Generations(engine);
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask);
    last = answer.catch(() => {});
    return answer;
  };
  const choose: TokenModel['choose'] = async (request, options) => {
    // An answer that goes on has no more use for candidates.
    if (!isDraw(request)) generations.endSpares();
    if (request.kind === 'guided') {
      const [unconditional, conditional] = [request.unconditional, request.conditional].map(innerOf);
      return alone(() =>
        engine.choose({ ...request, unconditional: unconditional!, conditional: conditional! }, options),
      );
    }
    const sequence = request.sequence as NaiveSequence;
    const generation = sequence.lend();
    try {
      return await alone(() => engine.choose({ ...request, sequence: generation }, options));
    } finally {
      sequence.giveBack(generation);
    }
  };
  return {
    name: `${engine.name}, naive`,
    vocabularySize: engine.vocabularySize,
    contextTokens: engine.contextTokens,
    maxSequenceTokens: engine.maxSequenceTokens,
    maxSequences: engine.maxSequences,
    get counters() {
      return engine.counters;
    },
    decodeMs: (rows) => engine.decodeMs(rows),
    tokenize: (text, options) => engine.tokenize(text, options),
    tokenBytes: (token) => engine.tokenBytes(token),
    isEndOfGeneration: (token) => engine.isEndOfGeneration(token),
    renderChat: (messages) => engine.renderChat(messages),
    openSequence: () => new NaiveSequence(generations),
    choose,
    async chooseAlong(request, _draft, uniforms, options): Promise<Choice[]> {
      const [uniform] = uniforms;
      return [await choose(uniform === undefined ? request : { ...request, uniform }, options)];
    },
    readLogits: (sequence, options) => alone(() => engine.readLogits(innerOf(sequence), options)),
  };
}

/** Generations of candidates that no sequence of the loop stands for, since another one has drawn the same. */
class Generations {
  readonly engine: TokenModel;
  #spare: TokenSequence[] = [];

  constructor(engine: TokenModel) {
    this.engine = engine;
  }

  /** A spare one that has drawn what is wanted so far, or one that starts from the first token. */
  take(tokens: readonly TokenId[]): TokenSequence {
    const at = this.#spare.findIndex((spare) => spare.tokens.every((token, i) => token === tokens[i]));
    const [found] = at < 0 ? [] : this.#spare.splice(at, 1);
    const generation = found ?? this.engine.openSequence();
    generation.append(tokens.slice(generation.length));
    return generation;
  }

  give(generation: TokenSequence): void {
    this.#spare.push(generation);
  }

  endSpares(): void {
    for (const spare of this.#spare.splice(0)) spare.dispose();
  }
}

class NaiveSequence implements TokenSequence {
  readonly inner: TokenSequence;
  readonly #generations: Generations;
  #isAsked = false;

  constructor(generations: Generations, tokens: readonly TokenId[] = []) {
    this.#generations = generations;
    this.inner = generations.take(tokens);
  }

  get tokens(): readonly TokenId[] {
    return this.inner.tokens;
  }

  get length(): number {
    return this.inner.length;
  }

  get numCachedTokens(): number {
    return this.inner.numCachedTokens;
  }

  get numEvaluatedTokens(): number {
    return this.inner.numEvaluatedTokens;
  }

  append(tokens: Iterable<TokenId>): void {
    this.inner.append(tokens);
  }

  fork(length = this.length): NaiveSequence {
    return new NaiveSequence(this.#generations, this.tokens.slice(0, length));
  }

  truncate(length: number): void {
    const kept = this.tokens.slice(0, length);
    this.inner.truncate(0);
    this.inner.append(kept);
  }

  dispose(): void {
    this.inner.dispose();
  }

  /** Its own generation, or where that is being asked one of a candidate that has drawn the same. */
  lend(): TokenSequence {
    if (this.#isAsked) return this.#generations.take(this.tokens);
    this.#isAsked = true;
    return this.inner;
  }

  giveBack(generation: TokenSequence): void {
    if (generation === this.inner) this.#isAsked = false;
    else this.#generations.give(generation);
  }
}

function innerOf(sequence: TokenSequence): TokenSequence {
  return (sequence as NaiveSequence).inner;
}

function isDraw(request: ChoiceRequest): boolean {
  return request.kind === 'sample' && request.temperature > 0;
}
