import { expect, test } from 'vitest';
import { naiveModel } from '../../bench/support/naive-model.ts';
import type { TokenModel, TokenSequence } from '../../src/index.ts';
import { samplePrompt, testEngine } from '../support/engine.ts';

const draws = (model: TokenModel, sequence: TokenSequence, uniforms: readonly number[]) =>
  Promise.all(
    uniforms.map((uniform) => model.choose({ kind: 'sample', sequence, temperature: 0.8, uniform })),
  );

async function opened(model: TokenModel): Promise<TokenSequence> {
  const sequence = model.openSequence();
  sequence.append(model.tokenize(samplePrompt));
  await model.choose({ kind: 'sample', sequence, temperature: 0 });
  return sequence;
}

test('every candidate that draws alike reads the prompt and draws by itself', async () => {
  await using engine = await testEngine({ sharePrefixes: false });
  const model = naiveModel(engine);
  const sequence = await opened(model);
  const { length } = sequence;
  const rowsOf = async <T>(work: () => Promise<T>): Promise<[number, number, T]> => {
    const before = engine.counters;
    const outcome = await work();
    const { rows, decodes } = engine.counters;
    return [rows - before.rows, decodes - before.decodes, outcome];
  };

  // The sequence itself gives the first draw, the two others read the prompt.
  const [firstRows, firstDecodes, first] = await rowsOf(() => draws(model, sequence, [0.1, 0.1, 0.1]));
  expect([firstRows, firstDecodes]).toEqual([1 + 2 * length, 3]);

  // A fork goes on with one of them, its twin with the other, the third candidate starts anew.
  const fork = sequence.fork();
  fork.append([first[0]!.token]);
  const [secondRows, , second] = await rowsOf(() => draws(model, fork, [0.2, 0.2, 0.2]));
  expect(secondRows).toBe(1 + 1 + (length + 1));

  fork.append([second[0]!.token]);
  const [thirdRows] = await rowsOf(() => draws(model, fork, [0.3, 0.3, 0.3]));
  expect(thirdRows).toBe(3);

  // The answer goes on: what candidates had read is gone.
  await model.choose({ kind: 'sample', sequence, temperature: 0 });
  expect(engine.openSequences).toBe(2);
});

test('it draws the tokens of the engine', async () => {
  await using engine = await testEngine();
  await using unshared = await testEngine({ sharePrefixes: false });
  const uniforms = [0.05, 0.35, 0.65, 0.95];
  const model = naiveModel(unshared);
  const own = await draws(model, await opened(model), uniforms);
  expect(own).toEqual(await draws(engine, await opened(engine), uniforms));
});
