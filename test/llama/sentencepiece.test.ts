import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Streams } from '../../src/controller/streams.ts';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import { buildPrompt } from '../../src/prompt/build-prompt.ts';
import { parseTask } from '../../src/task/task.ts';
import type { TokenId } from '../../src/token-model.ts';
import { testEngine } from '../support/engine.ts';
import { randomModel } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** A tokenizer that puts a blank before a whole text must not put one before its pieces. */
const folder = scratchFolder();
const chatTemplate =
  "{{ bos_token }}{% for message in messages %}[INST] {{ message['content'] }} [/INST]{% endfor %}";
let engine: LlamaEngine;

beforeAll(async () => {
  engine = await sentencePieceEngine('spm');
});

afterAll(() => engine.dispose());

function sentencePieceEngine(
  name: string,
  sentencePiece: { addSpacePrefix?: boolean } = {},
): Promise<LlamaEngine> {
  return testEngine({ modelPath: randomModel(folder, name, { sentencePiece, chatTemplate }) });
}

function textOf(tokens: readonly TokenId[], model = engine): string {
  return Buffer.concat(tokens.map((token) => model.tokenBytes(token))).toString();
}

describe('a SentencePiece tokenizer', () => {
  it.each(['', ' x', '### Answer\n```python\n', '\n\ndef f(', '  # 模型 👩‍👩‍👧‍👦\t\r\n', '<s>[INST]</s>'])(
    'joins the bytes of its tokens to the text: %j',
    (text) => {
      expect(textOf(engine.tokenize(text))).toBe(text);
    },
  );

  it('puts no blank behind a control token', () => {
    expect(textOf(engine.tokenize('x</s>\ny<s>z', { special: true }))).toBe('x\nyz');
  });

  it('begins a whole text with the begin token and one blank', () => {
    const [first, ...rest] = engine.tokenize('def f(', { begin: true });
    expect(first).toBe(engine.facts.beginToken);
    expect(textOf(rest)).toBe(' def f(');
    expect(rest[0]).toBe(engine.tokenize(' def')[0]);
  });

  it('does so behind a begin token in the text, where that is read as one', () => {
    const { beginToken } = engine.facts;
    const rendered = engine.tokenize('<s>[INST] x', { special: true, begin: true });
    expect(rendered.filter((token) => token === beginToken)).toEqual([rendered[0]]);
    expect(textOf(rendered)).toBe(' [INST] x');
    expect(textOf(engine.tokenize('<s>x', { begin: true }))).toBe(' <s>x');
  });

  it('puts no blank before another control token', () => {
    const tokens = engine.tokenize('</s>x', { special: true, begin: true });
    expect(tokens.slice(0, 2).map((token) => engine.tokenBytes(token).length)).toEqual([0, 0]);
    expect(textOf(tokens)).toBe('x');
  });

  it('adds no blank at all where the file says so', async () => {
    await using bare = await sentencePieceEngine('bare', { addSpacePrefix: false });
    expect(textOf(bare.tokenize('def f(', { begin: true }), bare)).toBe('def f(');
  });
});

it.each(['few-shot', 'chat'] as const)('both streams read the text of the prompt: %s', (prompt) => {
  const task = parseTask({ text: 'Double x.', tests: ['assert f(2) == 4'] });
  const pieces = buildPrompt(task, { prompt, beginAnswer: 'header' }, (messages) =>
    engine.renderChat(messages),
  );
  const streams = new Streams(engine, pieces, { together: true });
  const signal = '### Trial runs\nf(2)\n';
  streams.setSignal(signal);
  const said = (parts: typeof pieces.head) =>
    parts
      .map(({ text }) => text)
      .join('')
      .replace('<s>', '');
  const behind = said(pieces.tail) + pieces.begun;
  expect(textOf(streams.unconditional.tokens)).toBe(` ${said(pieces.head)}${behind}`);
  expect(textOf(streams.conditional!.tokens)).toBe(` ${said(pieces.head)}${signal}${behind}`);
  streams.dispose();
});
