import { afterEach, describe, expect, it } from 'vitest';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { EngineOptions } from '../../src/llama/load-engine.ts';
import type {
  ChoiceRequest,
  GuidedRequest,
  SampleRequest,
  TokenId,
  TokenSequence,
} from '../../src/token-model.ts';
import { samplePrompt, sampleSignal, testEngine } from '../support/engine.ts';

const engines: LlamaEngine[] = [];

async function open(options: Partial<EngineOptions> = {}): Promise<LlamaEngine> {
  const engine = await testEngine(options);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.dispose();
});

function opened(engine: LlamaEngine, text: string, length: number) {
  const sequence = engine.openSequence();
  // Multiples of 32: attention adds up in the same order however many rows are computed at once.
  sequence.append(engine.tokenize(text).slice(-length));
  return sequence;
}

function guided(engine: LlamaEngine): GuidedRequest {
  return {
    kind: 'guided',
    unconditional: opened(engine, samplePrompt, 64),
    conditional: opened(engine, sampleSignal + samplePrompt, 96),
    guidanceStrength: 1.5,
    epsilon: 0,
    plausibility: 0.1,
    temperature: 0,
  };
}

function sampled(engine: LlamaEngine): SampleRequest {
  return { kind: 'sample', sequence: opened(engine, samplePrompt, 64), temperature: 0.8, topP: 0.95 };
}

function sequencesOf(request: ChoiceRequest): TokenSequence[] {
  return request.kind === 'sample' ? [request.sequence] : [request.unconditional, request.conditional];
}

const uniforms = Array.from({ length: 130 }, (_, i) => (i * 0.37) % 1);

async function stepwise(engine: LlamaEngine, request: ChoiceRequest, count: number): Promise<TokenId[]> {
  const tokens: TokenId[] = [];
  for (let i = 0; i < count; i++) {
    const { token } = await engine.choose({ ...request, uniform: uniforms[i]! });
    tokens.push(token);
    for (const sequence of sequencesOf(request)) sequence.append([token]);
  }
  return tokens;
}

describe.each([
  ['guided', guided],
  ['sampled', sampled],
] as const)('%s', (_, make) => {
  it('picks along a draft as step by step, in one decode', async () => {
    const slow = await open();
    const tokens = await stepwise(slow, make(slow), 13);
    const engine = await open();
    const request = make(engine);
    const sequences = sequencesOf(request);
    const prompts = sequences.reduce((sum, { length }) => sum + length, 0);
    const choices = await engine.chooseAlong(request, tokens.slice(0, 12), uniforms.slice(0, 13));
    expect(choices.map(({ token }) => token)).toEqual(tokens);
    expect(engine.counters).toMatchObject({ rows: prompts + 12 * sequences.length, decodes: 1 });
    for (const sequence of sequences) sequence.append(tokens);
    const next = await engine.choose({ ...request, uniform: 0.5 });
    // The draft's cells are used: only the last token was new.
    expect(engine.counters.rows).toBe(prompts + 13 * sequences.length);
    expect(next.token).toBe(
      (await slow.choose({ ...request, ...resumed(slow, request), uniform: 0.5 } as ChoiceRequest)).token,
    );
  });

  it('stops where a pick leaves the draft', async () => {
    const slow = await open();
    const tokens = await stepwise(slow, make(slow), 6);
    const engine = await open();
    const request = make(engine);
    const wrong = (tokens[4]! + 1) % engine.vocabularySize;
    const draft = [...tokens.slice(0, 4), wrong, ...tokens.slice(0, 5)];
    const choices = await engine.chooseAlong(request, draft, uniforms.slice(0, draft.length + 1));
    expect(choices.map(({ token }) => token)).toEqual(tokens.slice(0, 5));
    for (const sequence of sequencesOf(request)) sequence.append(tokens.slice(0, 5));
    const next = await engine.choose({ ...request, uniform: uniforms[5]! });
    expect(next.token).toBe(tokens[5]);
  });
});

it.each([
  ['a small batch', { batchTokens: 8 }],
  ['many sequences', { batchTokens: 128, maxSequences: 100 }],
  ['flash attention', { flashAttention: true }],
] as const)('verifies all of a draft that `decodeMs` knows the time of: %s', async (_, options) => {
  for (const make of [guided, sampled]) {
    const engine = await open(options);
    const request = make(engine);
    const streams = sequencesOf(request).length;
    let length = 0;
    while (length < 110 && engine.decodeMs(streams * (length + 2)) < Infinity) length++;
    const picks = await stepwise(await open(options), make(engines.at(-1)!), length + 1);
    for (const draft of [picks.slice(0, length), picks])
      expect(await engine.chooseAlong(request, draft, uniforms.slice(0, draft.length + 1))).toHaveLength(
        length + 1,
      );
  }
});

/** The same tokens, in another engine. */
function resumed(engine: LlamaEngine, request: ChoiceRequest): Partial<ChoiceRequest> {
  const copies = sequencesOf(request).map(({ tokens }) => {
    const sequence = engine.openSequence();
    sequence.append(tokens);
    return sequence;
  });
  return request.kind === 'sample'
    ? { kind: 'sample', sequence: copies[0]! }
    : ({ kind: 'guided', unconditional: copies[0]!, conditional: copies[1]! } as Partial<GuidedRequest>);
}

it('an empty draft is a choice', async () => {
  const engine = await open();
  const request = guided(engine);
  const [choice] = await engine.chooseAlong(request, [], []);
  expect(choice).toEqual(await engine.choose(request));
});

it('forgets a draft that is not appended', async () => {
  const engine = await open();
  const request = guided(engine);
  const before = await engine.choose(request);
  const tokens = await stepwise(await open(), guided(engines.at(-1)!), 8);
  await engine.chooseAlong(request, tokens, []);
  expect(await engine.choose(request)).toEqual(before);
  await engine.chooseAlong(request, tokens, []);
  for (const sequence of sequencesOf(request)) sequence.truncate(60);
  for (const sequence of sequencesOf(request)) sequence.append([5, 6]);
  expect((await engine.choose(request)).token).toBeGreaterThanOrEqual(0);
});

it('shares a step with other requests, and waits for its turn on the same tokens', async () => {
  const engine = await open();
  const request = sampled(engine);
  const fork = (request.sequence as ReturnType<LlamaEngine['openSequence']>).fork();
  const plain = engine.choose({ ...request, sequence: fork, uniform: 0.1 });
  const along = engine.chooseAlong(request, [5, 6, 7], uniforms.slice(0, 4));
  const other = engine.chooseAlong({ ...request, sequence: fork }, [8, 9], uniforms.slice(0, 3));
  const first = (await along)[0]!;
  expect((await other)[0]).toEqual(first);
  expect(await engine.choose({ ...request, uniform: uniforms[0]! })).toEqual(first);
  expect(await engine.choose({ ...request, uniform: 0.1 })).toEqual(await plain);
});

it('several ask along one draft, and those that part go on with its cells', async () => {
  const engine = await open();
  const request = sampled(engine);
  const sequence = request.sequence as ReturnType<LlamaEngine['openSequence']>;
  const { length } = sequence;
  const tokens = await stepwise(await open(), sampled(engines.at(-1)!), 6);
  const short = [...tokens.slice(0, 2), (tokens[2]! + 1) % engine.vocabularySize];
  const chains = await Promise.all([
    engine.chooseAlong(request, tokens, uniforms.slice(0, 7)),
    engine.chooseAlong(request, short.slice(0, 2), uniforms.slice(0, 3)),
    engine.chooseAlong(request, tokens, uniforms.slice(0, 7)),
  ]);
  expect(engine.counters).toMatchObject({ rows: length + 6, decodes: 1 });
  expect(chains[0]!.slice(0, 6).map(({ token }) => token)).toEqual(tokens);
  expect(chains[1]).toEqual(chains[0]!.slice(0, 3));
  expect(chains[2]).toEqual(chains[0]);
  const fork = sequence.fork();
  fork.append(tokens);
  sequence.append(short);
  const [parted, followed] = await Promise.all(
    [sequence, fork].map((sequence) => engine.choose({ ...request, sequence, uniform: uniforms[6]! })),
  );
  // Only the token that left the draft and the last one of the draft, for its logits, were evaluated.
  expect(engine.counters.rows).toBe(length + 8);
  expect(followed).toEqual(chains[0]![6]);
  const fresh = engine.openSequence();
  fresh.append(sequence.tokens);
  expect(parted).toEqual(await engine.choose({ ...request, sequence: fresh, uniform: uniforms[6]! }));
});

it('is used as far as it fits', async () => {
  const engine = await open({ maxSequences: 4 });
  const request = { ...sampled(engine), temperature: 0 };
  const tokens = await stepwise(await open(), { ...sampled(engines.at(-1)!), temperature: 0 }, 70);
  const choices = await engine.chooseAlong(request, tokens, []);
  expect(choices.map(({ token }) => token)).toEqual(tokens.slice(0, 64));
});

it('names what was wrong', async () => {
  const engine = await open();
  const request = sampled(engine);
  await expect(engine.chooseAlong(request, [5], [0.5])).rejects.toThrow('Expected 2 draws for `uniforms`');
  await expect(engine.chooseAlong(request, [5], [0.5, 1])).rejects.toThrow(RangeError);
  await expect(engine.chooseAlong(request, [-1], [0.5, 0.5])).rejects.toThrow(RangeError);
});
