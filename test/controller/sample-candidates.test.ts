import { expect, it } from 'vitest';
import { Answer } from '../../src/controller/answer.ts';
import { Drafts } from '../../src/controller/drafts.ts';
import { sampleCandidates } from '../../src/controller/sample-candidates.ts';
import { Streams } from '../../src/controller/streams.ts';
import { resolveOptions } from '../../src/options.ts';
import { testEngine } from '../support/engine.ts';

const prompt = {
  head: [{ text: 'Complete the Python function.\n>>> Problem:\nGive x.\n', special: false }],
  tail: [{ text: '### Response:\n```python\n', special: false }],
  fenced: true,
  begun: 'def f(x):\n',
};

const answer = new Answer({ ...prompt, name: 'f' });

/** Samples once, lets the line follow the candidate, and reads the stream that rested meanwhile. */
async function follow(guidanceStrength: number) {
  await using engine = await testEngine();
  const streams = new Streams(engine, prompt, { together: true });
  const options = resolveOptions({ guidanceStrength, candidates: 1, temperature: 0, horizonLines: 1 });
  const signal = new AbortController().signal;
  const setup = { model: engine, streams, options, answer, signal };
  const [candidate] = await sampleCandidates({ ...setup, refresh: 0 });
  for (const token of candidate!.tokens) streams.append(token);
  const before = engine.counters.rows;
  const logits = await engine.readLogits(streams.unconditional);
  const rows = engine.counters.rows - before;
  streams.dispose();
  expect(engine.openSequences).toBe(0);
  return { tokens: candidate!.tokens.length, rows, logits };
}

it('a candidate that the line follows gives its cells to a stream that rested', async () => {
  const [resting, decoded] = [await follow(1), await follow(0.5)];
  console.log(`${resting.tokens} tokens: ${resting.rows} rows where the stream rested, else ${decoded.rows}`);
  expect(resting.tokens).toBeGreaterThan(3);
  expect(resting.rows).toBe(1);
  expect(decoded.rows).toBe(decoded.tokens);
  expect(resting.logits).toEqual(decoded.logits);
});

it('draws along guesses what it draws token by token', async () => {
  await using engine = await testEngine();
  const signal = new AbortController().signal;
  let [slowDecodes, fastDecodes, parted] = [0, 0, 0];
  for (let seed = 0; seed < 4; seed++) {
    const options = resolveOptions({ seed, candidates: 3, temperature: 1, horizonLines: 2 });
    const sample = async (guesses: readonly (readonly number[])[]) => {
      const streams = new Streams(engine, prompt, { together: true });
      const ahead = new Drafts(engine, { withinLine: false });
      ahead.set(guesses);
      const before = engine.counters.decodes;
      const setup = { model: engine, streams, options, answer, signal };
      const drawn = await sampleCandidates({ ...setup, refresh: 0, ...(guesses.length > 0 && { ahead }) });
      streams.dispose();
      expect(engine.openSequences).toBe(0);
      return { drawn, decodes: engine.counters.decodes - before };
    };
    const slow = await sample([]);
    const fast = await sample(slow.drawn.map(({ tokens }) => tokens));
    expect(fast.drawn.map(({ tokens, text }) => ({ tokens, text }))).toEqual(
      slow.drawn.map(({ tokens, text }) => ({ tokens, text })),
    );
    slowDecodes += slow.decodes;
    fastDecodes += fast.decodes;
    parted += new Set(slow.drawn.map(({ text }) => text)).size - 1;
  }
  console.log(`${slowDecodes} decodes token by token, ${fastDecodes} along guesses`);
  expect(parted).toBeGreaterThan(2);
  expect(fastDecodes).toBeLessThan(slowDecodes / 2);
});
