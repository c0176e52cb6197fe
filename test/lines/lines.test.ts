import { describe, expect, it } from 'vitest';
import { answerRegion } from '../../src/lines/answer-region.ts';
import { ByteText } from '../../src/lines/byte-text.ts';
import { countNewlines } from '../../src/lines/count-newlines.ts';
import { definesFunction, functionState } from '../../src/lines/function-state.ts';
import { logicalLines } from '../../src/lines/logical-lines.ts';
import { trimAttempts } from '../../src/lines/trim-attempts.ts';

describe('logicalLines', () => {
  const texts = (source: string) => logicalLines(source).map((line) => line.text);

  it('joins brackets, strings and backslashes, and leaves out blanks and comments', () => {
    expect(
      texts('def f(\n    a,\n):\n    # note (\n\n    x = """a\nb"""\n    return a + \\\n        x\n'),
    ).toEqual(['def f(\n    a,\n):', '    x = """a\nb"""', '    return a + \\\n        x']);
  });

  it.each([
    ['f(1,', true],
    ['s = """a', true],
    ['x = 1 + \\\n', true],
    ['x = 1 + \\\r\n', true],
    ["s = 'it", true],
    ['s = "a\\"b("', false],
    ["x = rb'('", false],
    ["barb'('", false],
    ['y = 1 # (', false],
  ])('knows whether %j is left open: %s', (source, open) => {
    expect(logicalLines(source).at(-1)!.open).toBe(open);
  });

  it('gives offsets that cut the source', () => {
    const source = 'a = 1\n\nb = [\n2]\n';
    for (const line of logicalLines(source)) expect(source.slice(line.start, line.end)).toBe(line.text);
  });
});

describe('functionState', () => {
  it('knows a header with type parameters', () => {
    expect(definesFunction('def f[T](x: T) -> T:\n', 'f')).toBe(true);
    expect(definesFunction('def fa(x):\n', 'f')).toBe(false);
  });

  it.each([
    ['', 'before'],
    ['import re\n', 'before'],
    ['def g(x):\n    return 1\n', 'before'],
    ['class A:\n    def f(self):\n        pass\n', 'before'],
    ['def f(', 'inside'],
    ['def f(\n    a,\n):\n    x = 1\n', 'inside'],
    ['def f(x):\n    s = """\nnot code\n"""\n', 'inside'],
    ['def f(x):\n    pass\n# note\n', 'inside'],
    ['async def f(x):\n    pass\n', 'inside'],
    ['def f(x):\n    return 1\np', 'after'],
    ['def f(x):\n    return 1\n\ndef g():\n    pass\n', 'after'],
    ['def f(x):\n    return g(x)\ndef g(x):\n    return x\ndef f(x):\n', 'inside'],
    ['def fx(x):\n    return 1\n', 'before'],
  ])('%j is %s', (code, state) => {
    expect(functionState(code, 'f')).toBe(state);
  });

  it('definesFunction sees the header anywhere at column 0', () => {
    expect(definesFunction('import re\ndef f(x):\n    pass\nprint(1)', 'f')).toBe(true);
    expect(definesFunction('s = """\ndef f(x):\n"""', 'f')).toBe(false);
  });
});

describe('trimAttempts', () => {
  it('starts with the whole text and ends with its first line', () => {
    const attempts = trimAttempts('a\n  b\n  c(');
    expect(attempts[0]).toBe('a\n  b\n  c(');
    expect(attempts).toContain('a\n  b\n  pass');
    expect(attempts).toContain('a\n  pass');
    expect(attempts.at(-1)).toBe('a\npass');
  });

  it('rescues a header that is followed by a deeper, blank line', () => {
    expect(trimAttempts('def f(x):\n    ')).toContain('def f(x):\n    \n    pass');
  });

  it('gives an empty text one try', () => {
    expect(trimAttempts('')).toEqual(['', '\npass']);
  });
});

describe('answerRegion', () => {
  const isAnswer = (code: string) => code.includes('def f');

  it.each([
    ['def f(x):\n', true, 'code', 'def f(x):\n'],
    ['def f(x):\n    return 1\n```\nbye', true, 'closed', 'def f(x):\n    return 1\n'],
    ['Let me think.\n', false, 'prose', ''],
    ['So:\r\n```python\r\ndef f', false, 'code', 'def f'],
    ['So:\n```python\ndef f', false, 'code', 'def f'],
    ['So:\n```python\ndef f(x): pass\n```', false, 'closed', 'def f(x): pass\n'],
    ['```\nx = 1\n```\nthen\n```py\ndef f(x): pass\n', false, 'code', 'def f(x): pass\n'],
    ['```python\nx = 1\n```', false, 'prose', ''],
    ['def f(x):\n    s = "```"\n', true, 'code', 'def f(x):\n    s = "```"\n'],
  ] as const)('%j (fenced: %s) is %s', (answer, fenced, phase, code) => {
    expect(answerRegion(answer, { fenced, isAnswer })).toEqual({ phase, code });
  });
});

describe('ByteText', () => {
  it('waits for the rest of a character that a token boundary cuts', () => {
    const text = new ByteText();
    const bytes = new TextEncoder().encode('é😀\n');
    expect([...bytes].map((byte) => text.push(Uint8Array.of(byte))).join('|')).toBe('|é||||😀|\n');
    expect(text.text).toBe('é😀\n');
  });
});

it('countNewlines', () => {
  expect([countNewlines(''), countNewlines('):\n'), countNewlines('\n\na\n')]).toEqual([0, 1, 3]);
});
