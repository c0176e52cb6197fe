import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import { packageRoot } from '../../src/package-root.ts';
import { testEngine } from '../support/engine.ts';
import { randomModel } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
let engines: LlamaEngine[];

beforeAll(async () => {
  engines = [await testEngine(), await testEngine({ modelPath: randomModel(folder, 'tiny') })];
});

afterAll(async () => {
  for (const engine of engines) await engine.dispose();
});

const texts = {
  empty: '',
  code: 'def f(x):\n\treturn [i  for i in x if i >= 0]  \n\n\n',
  lines: 'a\r\nb\rc\n\u2028d',
  emoji: '👩‍👩‍👧‍👦 → “naïve” Ω≈ç√ 模型',
  nul: 'a\0b\0',
  punctuation: "He said \" . , ! ? ' s n't",
  template: '<|im_start|>user {{ x }} {% if %}',
  source: readFileSync(join(packageRoot(), 'src', 'llama', 'llama-sequence.ts'), 'utf8'),
};

describe.each([0, 1])('model %i', (index) => {
  it.each(Object.entries(texts))('joins the bytes of its tokens to the text: %s', (_, text) => {
    const engine = engines[index]!;
    const tokens = engine.tokenize(text);
    expect(Buffer.concat(tokens.map((token) => engine.tokenBytes(token))).toString()).toBe(text);
  });

  it('gives half characters as bytes', () => {
    const engine = engines[index]!;
    const pieces = engine.tokenize('👩').map((token) => engine.tokenBytes(token));
    expect(pieces.length).toBeGreaterThan(1);
    expect(Buffer.concat(pieces).toString()).toBe('👩');
  });

  it('reads control tokens only where told', () => {
    const engine = engines[index]!;
    const special = engine.tokenize('<|endoftext|>', { special: true });
    expect(special).toHaveLength(1);
    expect(engine.isEndOfGeneration(special[0]!)).toBe(true);
    expect(engine.tokenBytes(special[0]!)).toHaveLength(0);
    const plain = engine.tokenize('<|endoftext|>');
    expect(plain.length).toBeGreaterThan(1);
    expect(plain.some((token) => engine.isEndOfGeneration(token))).toBe(false);
  });

  it('adds no begin token that the model does not want', () => {
    const engine = engines[index]!;
    expect(engine.tokenize('x', { begin: true })).toEqual(engine.tokenize('x'));
  });
});

it('has tokens that split a line in their middle', () => {
  const engine = engines[1]!;
  const pieces = engine
    .tokenize('def f(x):\n    return x\n')
    .map((token) => Buffer.from(engine.tokenBytes(token)).toString());
  expect(pieces.join('|')).toContain('):\n|');
});
