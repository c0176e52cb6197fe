import { afterAll, describe, expect, it } from 'vitest';
import { createRunner } from '../../src/index.ts';
import { readDocstring } from '../../src/task/read-docstring.ts';
import { readDoctests } from '../../src/task/read-doctests.ts';

const runner = createRunner({ maxWorkers: 1 });
afterAll(async () => (await runner).dispose());

/** Outcomes of the examples' tests for two programs, the second of which is wrong. */
async function outcomes(docstring: string): Promise<string[]> {
  const { tests } = readDoctests(docstring);
  const reports = ['def f(x):\n    return x\n', 'def f(x):\n    return 7\n'].map(async (program) => {
    const { results } = await (await runner).run({ program, entryPoint: 'f', tests, trace: false });
    return results.map(({ outcome }) => outcome).join();
  });
  return Promise.all(reports);
}

describe('an example of a docstring', () => {
  it.each([
    ['>>> f(1)\n1', 'assert f(1) == 1'],
    ['>>> f("a)")\n\'a)\'', 'assert f("a)") == \'a)\''],
    ['>>> f((1, 2))\n(1, 2)', 'assert f((1, 2)) == (1, 2)'],
    ['>>> f(1) + f(2)\n3', 'assert (f(1) + f(2)) == 3'],
    ['>>> f(3) > 2\nTrue', 'assert (f(3) > 2) == True'],
    ['>>> 1 if f(3) == 7 else 0\n0', 'assert (1 if f(3) == 7 else 0) == 0'],
    ['>>> f(1)  # the same\n1', 'assert (f(1)  # the same\n) == 1'],
  ])('%j is %j, which a right program passes and a wrong one does not', async (docstring, source) => {
    expect(readDoctests(docstring).tests).toEqual([{ kind: 'assert', source }]);
    const [right, wrong] = await outcomes(docstring);
    expect(right).toBe('passed');
    if (!docstring.includes('> 2')) expect(wrong).toBe('failed');
  });

  it.each([
    ['>>> y = f(99)\n>>> y\n99', 'a name that is set before'],
    ['>>> print(f(1), "a")\n1 a', 'print'],
    ['>>> for i in f([1, 2]):\n...     print(i)\n1\n2', 'a loop that prints'],
    ['>>> print(f("a\\n\\nb"))\na\n<BLANKLINE>\nb', 'a blank line'],
    ['>>> f([1,\n...    2])\n[1,\n 2]', 'a value over several lines'],
    ['>>> list(f(range(20)))  # doctest: +ELLIPSIS\n[0, 1, ..., 18, 19]', 'an ellipsis'],
    ['>>> f([1, 2])  # doctest: +NORMALIZE_WHITESPACE\n[1,   2]', 'blanks'],
    [">>> f(int)\n<class 'int'>", 'no expression'],
    ['>>> f("  a")\n\'  a\'', 'indentation'],
    ['>>> import asyncio\n>>> async def g(): return f(3)\n>>> asyncio.run(g())\n3', 'a coroutine'],
    ['>>> async def g(): return f(3)\n>>> await g()\n3', 'a coroutine that is awaited'],
    ['>>> f([])[0]\nTraceback (most recent call last):\n  ...\nIndexError: out', 'an exception'],
    ['>>> {}[f("a")]\nTraceback (most recent call last):\nbuiltins.KeyError: 1', 'an exception of a module'],
    ['>>> s = f([1, 2])\n>>> s.pop()\n2\n>>> s.pop()\n1', 'what an example before it has changed'],
    ['>>> a = [2, 1]\n>>> f(a).sort()\n>>> a\n[1, 2]', 'an argument'],
  ])('%j is a test: %s', async (docstring) => {
    expect(readDoctests(docstring).leftOut).toEqual([]);
    const [right, wrong] = await outcomes(docstring);
    expect(right).toMatch(/^passed(,passed)*$/);
    if (!docstring.includes('KeyError')) expect(wrong).not.toContain('passed');
  });

  it('takes what the program itself prints', async () => {
    const { tests } = readDoctests('>>> greet("Bo")\nHello, Bo!\n', { entryPoint: 'greet' });
    const run = async (word: string) =>
      (await runner).run({ program: `def greet(n):\n    print(f"${word}, {n}!")\n`, tests, trace: false });
    expect((await run('Hello')).results[0]).toMatchObject({ outcome: 'passed', judged: 'inside' });
    expect((await run('Bye')).results[0]).toMatchObject({ outcome: 'failed' });
  });

  it('says why one is no test', () => {
    expect(
      readDoctests(
        '>>> f(object())\n<object object at 0x7f00>\n>>> [await x]\n[1]\n>>> f(1)  # doctest: +SKIP\n2',
      ),
    ).toEqual({
      tests: [],
      leftOut: ['the output holds an address', '`await` stands outside a coroutine'],
    });
  });

  it('that neither calls the entry point nor looks at what it left asks for something else', () => {
    const examples = '>>> g(1)\n1\n>>> y = f(2)\n>>> y\n2\n';
    expect(readDoctests(examples, { entryPoint: 'f' }).tests).toEqual([
      { kind: 'assert', source: 'y = f(2)\nassert (y) == 2' },
    ]);
  });
});

describe('readDocstring', () => {
  it('undoes the escapes of a docstring, and not those of a raw one', () => {
    expect(readDocstring(String.raw`"""f('a\\nb') \"x\" é"""`)).toBe(String.raw`f('a\nb') "x" é`);
    expect(readDocstring(String.raw`r"""f('a\\nb')"""`)).toBe(String.raw`f('a\\nb')`);
    expect(readDocstring(String.raw`"""f('a\nb')"""`)).toBe(String.raw`f('a\nb')`);
  });
});
