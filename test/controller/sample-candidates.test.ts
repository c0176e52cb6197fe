import { expect, it } from 'vitest';
import { sampleCandidates } from '../../src/controller/sample-candidates.ts';
import { Streams } from '../../src/controller/streams.ts';
import { resolveOptions } from '../../src/options.ts';
import { testEngine } from '../support/engine.ts';

/** Samples once, lets the line follow the candidate, and reads the stream that rested meanwhile. */
async function follow(guidanceStrength: number) {
  await using engine = await testEngine();
  const streams = new Streams(engine, {
    head: [{ text: 'Complete the Python function.\n>>> Problem:\nGive x.\n', special: false }],
    tail: [{ text: '### Response:\n```python\n', special: false }],
    fenced: true,
    begun: 'def f(x):\n',
  });
  const options = resolveOptions({ guidanceStrength, candidates: 1, temperature: 0, horizonLines: 1 });
  const signal = new AbortController().signal;
  const setup = { model: engine, streams, options, entryPoint: 'f', codeSoFar: 'def f(x):\n', signal };
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
