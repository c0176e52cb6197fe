import type { Choice, ChoiceRequest, TokenModel, TokenSequence } from '../../src/index.ts';

/** Tokens that were picked and the time it took, prompts and signals apart. */
export interface Decoded {
  tokens: number;
  ms: number;
}

/**
 * A model that times the picks of an answer and nothing else: what a pick needs but for its last tokens, a new signal
 * above all, is evaluated before the clock starts; draws of candidates are not counted. `guided`: picks of a pair or of
 * the conditional stream, which is a fork; `plain`: those of a sequence that was opened.
 */
export function timedModel(model: TokenModel): { model: TokenModel; guided: Decoded; plain: Decoded } {
  const guided: Decoded = { tokens: 0, ms: 0 };
  const plain: Decoded = { tokens: 0, ms: 0 };
  const opened = new WeakSet<TokenSequence>();
  const isPlain = (request: ChoiceRequest) => request.kind === 'sample' && opened.has(request.sequence);
  async function timed(request: ChoiceRequest, pick: () => Promise<Choice[]>): Promise<Choice[]> {
    const sequences =
      request.kind === 'guided' ? [request.unconditional, request.conditional] : [request.sequence];
    const probes = sequences
      .filter(({ length }) => length > 1)
      .map((sequence) => sequence.fork(sequence.length - 1));
    await Promise.all(probes.map((probe: TokenSequence) => model.readLogits(probe)));
    const startedMs = performance.now();
    const choices = await pick();
    const decoded = isPlain(request) ? plain : guided;
    decoded.ms += performance.now() - startedMs;
    decoded.tokens += choices.length;
    for (const probe of probes) probe.dispose();
    return choices;
  }
  const own: Partial<TokenModel> = {
    openSequence() {
      const sequence = model.openSequence();
      opened.add(sequence);
      return sequence;
    },
    async choose(request, options) {
      if (isDraw(request)) return model.choose(request, options);
      return (await timed(request, async () => [await model.choose(request, options)]))[0]!;
    },
    async chooseAlong(request, draft, uniforms, options) {
      const pick = () => model.chooseAlong(request, draft, uniforms, options);
      return isDraw(request) ? pick() : timed(request, pick);
    },
  };
  return { model: overriding(model, own), guided, plain };
}

/** Of a candidate: answers are written greedily here. */
function isDraw({ kind, temperature }: ChoiceRequest): boolean {
  return kind === 'sample' && temperature > 0;
}

/** `model` with some of its members replaced. */
export function overriding(model: TokenModel, members: Partial<TokenModel>): TokenModel {
  return new Proxy(model, {
    get: (target, key) => {
      if (key in members) return members[key as keyof TokenModel];
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
