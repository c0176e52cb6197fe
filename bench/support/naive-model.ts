import type { Choice, ChoiceRequest, TokenId, TokenModel, TokenSequence } from '../../src/index.ts';

/**
 * A model as a loop without an engine of its own would use it: a fork is a new sequence that is computed from its
 * first token, so is a truncated one; one request is one decode; nothing is looked ahead. A sequence that only
 * grows keeps its cells, and the choice itself is the engine's, so what is measured is sharing, batching and
 * speculation alone. `engine`: loaded with `sharePrefixes: false`.
 */
export function naiveModel(engine: TokenModel): TokenModel {
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask);
    last = answer.catch(() => {});
    return answer;
  };
  const choose: TokenModel['choose'] = (request, options) =>
    alone(() => engine.choose(own(request), options));
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
    openSequence: () => new NaiveSequence(engine),
    choose,
    async chooseAlong(request, _draft, uniforms, options): Promise<Choice[]> {
      const [uniform] = uniforms;
      return [await choose(uniform === undefined ? request : { ...request, uniform }, options)];
    },
    readLogits: (sequence, options) => alone(() => engine.readLogits(innerOf(sequence), options)),
  };
}

class NaiveSequence implements TokenSequence {
  readonly inner: TokenSequence;
  readonly #engine: TokenModel;

  constructor(engine: TokenModel) {
    this.#engine = engine;
    this.inner = engine.openSequence();
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
    const fork = new NaiveSequence(this.#engine);
    fork.append(this.tokens.slice(0, length));
    return fork;
  }

  truncate(length: number): void {
    const kept = this.tokens.slice(0, length);
    this.inner.truncate(0);
    this.inner.append(kept);
  }

  dispose(): void {
    this.inner.dispose();
  }
}

function innerOf(sequence: TokenSequence): TokenSequence {
  return (sequence as NaiveSequence).inner;
}

function own(request: ChoiceRequest): ChoiceRequest {
  if (request.kind === 'sample') return { ...request, sequence: innerOf(request.sequence) };
  const { unconditional, conditional } = request;
  return { ...request, unconditional: innerOf(unconditional), conditional: innerOf(conditional) };
}
