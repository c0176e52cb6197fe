import { describe, expect, it } from 'vitest';
import { answerRegion } from '../../src/lines/answer-region.ts';
import { ByteText } from '../../src/lines/byte-text.ts';
import { countNewlines } from '../../src/lines/count-newlines.ts';
import { definesFunction, endOfFunction, functionState } from '../../src/lines/function-state.ts';
import { logicalLines } from '../../src/lines/logical-lines.ts';
import { programTexts } from '../../src/lines/program-texts.ts';
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

  // Fields of f-strings and t-strings hold any code, the same quotes included (PEP 701).
  it.each([
    'f"{d["("]}"',
    "f'{d['a']['(']!r:>{w['[']}}'",
    't"{f"{"}("}"}("',
    'f"{{(" "("',
    'f"{{{x}}}("',
    'f"{x:#(^{n}}("',
    `f"{x:'^9}("`,
    'f"{ {1: "("}[1]:%H:%M}"',
    `f"{(lambda y: y)(x)}" '{'`,
    String.raw`f"\N{LEFT PARENTHESIS}\"("`,
    String.raw`rf"\{d["("]}\""`,
    'f"""{d["""("""]}\n"("""',
    'f"{  # )"\n    d["("]\n}"',
    'f"""{x:\n(}"""',
  ])('sees where the string ends: %s', (string) => {
    const source = `y = ${string}\n\ndef f(x):\n    pass`;
    expect(texts(source)).toEqual([`y = ${string}`, 'def f(x):', '    pass']);
  });

  it.each(['f"{d["', 'f"{d["("', 'f"{x:>{w', 'f"""{x}"', 'f"{\n', 'f"\\N{DASH'])(
    'takes %j for open',
    (source) => {
      expect(logicalLines(source).at(-1)!.open).toBe(true);
    },
  );

  it.each(['f"{x"', 'f"{g(x}"', 'f"{x:>9"', 'f"{f\'{x\'}"', 'f"x}"'])(
    'finds the lines behind one that is no Python: %s',
    (string) => {
      expect(texts(`print(${string})\ny = 1`)).toEqual([`print(${string})`, 'y = 1']);
    },
  );

  it('reads fields in fields, however many', () => {
    const deep = `y = ${'f"{'.repeat(20_000)}`;
    expect(logicalLines(deep)).toMatchObject([{ text: deep, open: true }]);
  });

  // A minute, read anew from each of its strings.
  it('reads a line that is no Python once, however many strings start in it', () => {
    const broken = `y = ${`f'{f"{`.repeat(20_000)}`;
    expect(logicalLines(`${broken}\n`)).toMatchObject([{ start: 0, open: true }]);
  });

  it('takes nothing of a word for a string’s prefix', () => {
    const word = 'a'.repeat(100_000);
    expect(texts(`${word}f"{"\ny = 1`)).toEqual([`${word}f"{"`, 'y = 1']);
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

  it.each([
    ['class f:\n    x = 1\n', 'inside'],
    ['class f(Base):\n', 'inside'],
    ['class fx:\n', 'before'],
    ['f = lambda x: x\n', 'inside'],
    ['f: Callable = g\n', 'inside'],
    ['f == 1\n', 'before'],
    ['class S:\n    def f(self):\n        pass\nf = S().f\ng = 1\n', 'after'],
  ])('%j, which defines something else than a function, is %s', (code, state) => {
    expect(functionState(code, 'f')).toBe(state);
    expect(definesFunction(code, 'f')).toBe(state !== 'before');
  });

  it('any program is inside where none has to define a name', () => {
    expect(functionState('print(1)\n', undefined)).toBe('inside');
    expect(definesFunction('print(1)\n', undefined)).toBe(true);
    expect(definesFunction('\n', undefined)).toBe(false);
    expect(endOfFunction('def f():\n    pass\nf()\n', undefined)).toBe(22);
  });

  it('the end is that of the last definition, overloads passed over', () => {
    const overload = '@overload\ndef f(x: int): ...\n';
    const last = `${overload}${overload}def f(x):\n    return x\n`;
    expect(endOfFunction(`${overload}@overload\n`, 'f')).toBe(overload.length);
    expect(endOfFunction(last, 'f')).toBe(last.length);
    expect(endOfFunction(`${last}g = f\n`, 'f')).toBe(last.length);
  });

  it('definesFunction sees the header anywhere at column 0', () => {
    expect(definesFunction('import re\ndef f(x):\n    pass\nprint(1)', 'f')).toBe(true);
    expect(definesFunction('s = """\ndef f(x):\n"""', 'f')).toBe(false);
  });
});

describe('trimAttempts', () => {
  it('starts with the whole text and ends with its first line', () => {
    const attempts = [...trimAttempts('a\n  b\n  c(')];
    expect(attempts[0]).toBe('a\n  b\n  c(');
    expect(attempts).toContain('a\n  b\n  pass');
    expect(attempts).toContain('a\n  pass');
    expect(attempts.at(-1)).toBe('a\npass');
  });

  it('rescues a header that is followed by a deeper, blank line', () => {
    expect([...trimAttempts('def f(x):\n    ')]).toContain('def f(x):\n    \n    pass');
  });

  it('tries no text twice', () => {
    const attempts = [...trimAttempts('def f(x):\n    a\n    b\n\nc')];
    expect(new Set(attempts).size).toBe(attempts.length);
  });

  it('gives an empty text one try', () => {
    expect([...trimAttempts('')]).toEqual(['', '\npass']);
  });
});

describe('programTexts', () => {
  const f = 'def f(x):\n    return 1\n';

  const texts = (...of: Parameters<typeof programTexts>) => [...programTexts(...of)];

  it('of a complete answer are itself and what ends with its function', () => {
    expect(texts(f, 'f', true)).toEqual([f]);
    expect(texts(`${f}\nThis adds.\n`, 'f', true)).toEqual([`${f}\nThis adds.\n`, `${f}\n`]);
  });

  it('are tried without what stands before the first definition in the end', () => {
    const said = 'Here it is.\nfrom here on import it:\n';
    const code = `import re\n${f}`;
    expect(texts(`${said}\n${code}Done.\n`, 'f', true).slice(2)).toEqual([`${code}Done.\n`, code]);
    expect(texts(`${said}${f}resu`, 'f', false)).toContain(f);
  });

  it('of one that was cut short leave half a line out first where it is behind the function', () => {
    expect(texts(`${f}resu`, 'f', false)[0]).toBe(f);
    expect(texts('def f(x):\n    return 1', 'f', false)[0]).toBe('def f(x):\n    return 1');
    expect(texts(`${f}a = 1\nresu`, 'f', false)[0]).toBe(`${f}a = 1\n`);
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
    expect(answerRegion(answer, { fenced, isAnswer })).toMatchObject({ phase, code });
  });

  const f = 'def f(x): pass\n';

  it.each([
    ['the prompt’s block opened once more', `\n\`\`\`python\n${f}\`\`\``, true],
    ['any way to name Python', `\`\`\`PYTHON title="a"\n${f}\`\`\``, false],
    ['a longer mark', `\`\`\`\`py\n${f}\`\`\`\`\n`, false],
    ['tildes', `~~~\n${f}~~~\n`, false],
    ['a block of a list, less its indentation', `1. So:\n   \`\`\`\n   ${f}   \`\`\`\n`, false],
    ['a block behind those of other languages', `\`\`\`text\ndef f\n\`\`\`\n\`\`\`\n${f}\`\`\``, false],
  ])('closes %s', (_, answer, fenced) => {
    expect(answerRegion(answer, { fenced, isAnswer })).toMatchObject({ phase: 'closed', code: f });
  });

  it('closes nothing at a mark inside a string, unless the answer has ended there', () => {
    const example = 'def f(x):\n    """Adds.\n    ```\n    f(1)\n    ```\n';
    const whole = `${example}    """\n    return x\n`;
    expect(answerRegion(`${whole}\`\`\``, { fenced: true })).toMatchObject({ phase: 'closed', code: whole });
    expect(answerRegion(example, { fenced: true })).toMatchObject({ phase: 'code', code: example });
    const { code } = answerRegion(example, { fenced: true, marksInStrings: true });
    expect(code).toBe('def f(x):\n    """Adds.\n');
  });

  it.each([
    ['import re\n', true],
    ['import re\ngröße: int = 7\n\n@cache\ndef g(x):\n    print(x)\n    return x\n', true],
    ['class A:\n    x = 1\n', true],
    ['x = 1\n', false],
    ['def g(x):\n    return x\nprint(g(1))\n', false],
    ['import re\nre.compile(\n', false],
    ['def g(x):  # adds\n', false],
    ['def g(x):\n    if x:\nimport re\n', false],
    ['>>> def g(x): return x\n', false],
  ])('puts %j before the answer’s own block: %s', (helper, isPut) => {
    for (const [begun, fenced] of [
      ['```python\n', false],
      ['', true],
    ] as const) {
      const answer = `${begun}${helper}\`\`\`\nand\n\`\`\`python\n${f}`;
      const code = isPut ? helper + f : f;
      expect(answerRegion(answer, { fenced, isAnswer })).toMatchObject({ phase: 'code', code });
      expect(answerRegion(`${answer}\`\`\``, { fenced, isAnswer })).toMatchObject({ phase: 'closed', code });
    }
  });

  it('tells the blocks that it passes over', () => {
    const answer = '```\nx = 1\n```\n```bash\nls\n```\n```python\ny = 2\n```';
    expect(answerRegion(answer, { fenced: false, isAnswer }).passedOver).toEqual([
      'x = 1\n',
      'ls\n',
      'y = 2\n',
    ]);
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
