import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { SignalForm } from '../../src/option-names.ts';
import type { ExecutionLimits, ProgramRunner, ProgramTest } from '../../src/program-runner.ts';
import { renderSignal } from '../../src/signal/render-signal.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

interface Asked {
  readonly form?: SignalForm;
  readonly codeSoFar?: string;
  readonly limits?: Partial<ExecutionLimits>;
}

/** What the signal says of one run, the program and the headings left out. */
async function said(program: string, asked: string | ProgramTest, { form = 'compact', ...more }: Asked = {}) {
  const { codeSoFar = '', limits } = more;
  const test: ProgramTest = typeof asked === 'string' ? { kind: 'assert', source: asked } : asked;
  const { results } = await runner.run({
    program,
    entryPoint: 'f',
    tests: [test],
    trace: true,
    limits: { timeoutMs: 30_000, ...limits },
  });
  const { text } = renderSignal([{ program, results }], {
    form,
    codeSoFar,
    showExpected: true,
    showUnfinished: true,
    headersOnce: false,
    repeatProgram: false,
    maxTokens: Infinity,
    countTokens: () => 0,
  });
  if (form === 'final') return text.replace('### Signal:\n', '');
  const start = form === 'compact' ? `${program.trimEnd().split('\n').length}| ` : '# Invocation:\n';
  return text.slice(text.indexOf('\n', text.indexOf(start)) + 1);
}

const twice = 'def f(x):\n    y = x * 2\n    return y\n';
const check = (...lines: string[]): ProgramTest => ({
  kind: 'check',
  source: ['def check(candidate):', ...lines.map((line) => `    ${line}`)].join('\n'),
});

describe('of several calls the last one, with its own steps and value', () => {
  test.each<[string, string | ProgramTest, string]>([
    ['the outer call', 'assert f(f(1)) == 5', 'f(2)\n  2: y=4\n  -> 4  (expected 5)\n'],
    [
      'one of a sum, of which alone nothing is expected',
      'assert f(1) + f(2) == 7',
      'f(2)\n  2: y=4\n  -> 4\n',
    ],
    ['of a sum that is right', 'assert f(1) + f(2) == 6', 'f(2)\n  2: y=4\n  -> 4  (as expected)\n'],
    [
      'a loop ends at the wrong one',
      'for x in [1, 2]:\n    assert f(x) == 2',
      'f(2)\n  2: y=4\n  -> 4  (not as expected)\n',
    ],
    ['calls in one expression', 'assert sum(f(x) for x in [1, 2]) == 7', 'f(2)\n  2: y=4\n  -> 4\n'],
    [
      'the inner one raises: what is expected of the outer is not of it',
      'assert f(f(None)) == 4',
      "f(None)\n  2: ! TypeError\n  ! TypeError: unsupported operand type(s) for *: 'NoneType' and 'int'  (not as expected)\n",
    ],
    [
      'the one of two that ran',
      'assert (f(1) if False else f(2)) == 5',
      'f(2)\n  2: y=4\n  -> 4  (not as expected)\n',
    ],
    [
      'check',
      check('assert candidate(1) == 2', 'assert candidate(2) == 5'),
      'f(2)\n  2: y=4\n  -> 4  (not as expected)\n',
    ],
    ['check, two in one assert', check('assert candidate(1) == candidate(2)'), 'f(2)\n  2: y=4\n  -> 4\n'],
    [
      'unittest',
      'import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(f(1), 2)\n        self.assertEqual(f(2), 5)\nT("test").debug()',
      'f(2)\n  2: y=4\n  -> 4  (not as expected)\n',
    ],
  ])('%s', async (_name, asked, text) => {
    expect(await said(twice, asked)).toBe(text);
  });

  test('in every form', async () => {
    const asked = 'assert f(1) + f(2) == 7';
    expect(await said(twice, asked, { form: 'final', codeSoFar: 'def f(x):\n' })).toBe(
      '# 1 fail\n    y = x * 2\n    return y\n1: y=4 -> 4 fail\n',
    );
    expect(await said(twice, asked, { form: 'minimal' })).toBe(
      "f(2)\n{'x': 2, 'y': 4} , {'x': 'int', 'y': 'int'}\n",
    );
    const full = await said(twice, asked, { form: 'full' });
    expect(full).toMatch(/^f\(2\)\n/);
    expect(full).not.toContain("'x': 1");
  });

  test('what the test calls besides, behind it, decides too', async () => {
    const program = `${twice}def g(x):\n    return 0\n`;
    const asked = 'assert f(1) == 2 and g(1) == 3';
    expect(await said(program, asked)).toBe('f(1)\n  2: y=2\n  -> 2\n');
    expect(await said(program, 'assert f(1) == 5 and g(1) == 0')).toContain('-> 2  (not as expected)\n');
    expect(await said(program, 'assert f(g(1)) == 5')).toContain('-> 0  (expected 5)\n');
    const box =
      'class f:\n    def __init__(self, n):\n        self.n = n\n    def add(self, m):\n        return self.n\n';
    const method = await said(box, 'b = f(1)\nassert b.add(2) == 3');
    expect(method).toContain('f(1)\n');
    expect(method).not.toMatch(/expected/);
  });

  test('a call whose turn never came in the trace has no steps of another', async () => {
    const asked = 'assert f(1) + f(2) == 7';
    const limits = { traceEvents: 8 };
    expect(await said(twice, asked, { limits })).toBe(
      'f(2)\n  (the trace ends here; the run went on)\n  -> 4\n',
    );
  });

  test('one that is still running: its arguments, for the test cannot say', async () => {
    const program = 'def f(x):\n    y = x\n    while x == 2:\n        pass\n    return y\n';
    const text = await said(program, 'assert f(1) + f(2) == 3', {
      limits: { timeoutMs: 200, traceEvents: 15 },
    });
    expect(text).toMatch(/^f\(x=2\)\n {2}2: y=2\n/);
    expect(text).toMatch(/! Timeout {2}\(not as expected\)\n$/);
    const alone = await said(program, 'assert f(2) == 3', { limits: { timeoutMs: 200 } });
    expect(alone).toMatch(/^f\(2\)\n[\s\S]*! Timeout {2}\(expected 3\)\n$/);
  });

  test('beside the program, where the test needs its own loop', async () => {
    const program = 'async def f(x):\n    y = x * 2\n    return y\n';
    const asked = 'import asyncio\nassert asyncio.run(f(1)) == 2\nassert asyncio.run(f(2)) == 5';
    expect(await said(program, asked)).toBe('f(x=2)\n  2: y=4\n  -> 4\n');
  });

  test('a call that was to raise, and did', async () => {
    const program = 'def f(x):\n    raise ValueError("no")\n';
    const asked = 'import pytest\nwith pytest.raises(ValueError):\n    f(1)';
    expect(await said(program, asked)).toBe('f(1)\n  2: ! ValueError\n  ! ValueError: no  (as expected)\n');
  });

  test('an object of the program as an argument', async () => {
    const program = 'class Box:\n    pass\ndef f(x, n=0):\n    return x\n';
    expect(await said(program, 'assert f(f(Box()), n=[f]) is None')).toMatch(/^f\(<Box>, n=\[f\]\)\n/);
  });
});

describe('a trace that reached its limit', () => {
  const program =
    'def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    done = True\n    return total\n';
  const runs = (form: SignalForm) =>
    said(program, 'assert f(100) == 4950', { form, codeSoFar: 'def f(n):\n', limits: { traceEvents: 20 } });

  test('compact and full say that it ends before the run', async () => {
    expect(await runs('compact')).toMatch(
      / {2}4: total=21\n {2}\(the trace ends here; the run went on\)\n {2}-> 4950 {2}\(as expected\)\n$/,
    );
    expect(await runs('full')).toMatch(/\n\(the trace ends here; the run went on\)\nExpected: 4950\n$/);
  });

  test('final and minimal claim no locals', async () => {
    expect(await runs('final')).toMatch(/\n1: -> 4950 pass\n$/);
    expect(await runs('minimal')).toBe('f(100)\n(no state)\nExpected: 4950\n');
  });

  test('in a later call says nothing of the one that is told', async () => {
    const two = 'def f(x):\n    y = x * 2\n    return y\ndef g(h):\n    return [h(i) for i in range(50)]\n';
    const asked = 'assert f(1) == 2 and g(lambda x: x)';
    expect(await said(two, asked, { limits: { traceEvents: 20 } })).toBe(
      'f(1)\n  2: y=2\n  -> 2  (as expected)\n',
    );
  });
});

describe('a whole program', () => {
  const program = 'n = int(input())\nt = n * 2\nprint(t)\n';
  const io = (expectedStdout: string, stdin = '3\n'): ProgramTest => ({ kind: 'io', stdin, expectedStdout });

  test('final: one that has printed nothing yet has not failed', async () => {
    const asked = { form: 'final', codeSoFar: 'n = int(input())\n' } as const;
    const begun = 'n = int(input())\nt = n * 2\n';
    expect(await said(begun, io('6\n'), asked)).toMatch(/^# 1 open\nt = n \* 2\n1: n=3.* -> ""\n$/);
    expect(await said(`${begun}print(t)\n`, io('7\n'), asked)).toMatch(/^# 1 fail\n/);
  });

  test('compact: what it reads, the module’s steps, what it prints', async () => {
    const steps = '  1: n=3\n  2: t=6\n';
    expect(await said(program, io('7\n'))).toBe(
      `stdin "3\\n"\n${steps}  printed "6\\n"  (expected "7\\n")\n`,
    );
    expect(await said(program, io('6\n'))).toBe(`stdin "3\\n"\n${steps}  printed "6\\n"  (as expected)\n`);
    expect(await said(program, io('', 'x'))).toMatch(
      /^stdin "x"\n {2}1: ! ValueError\n {2}! ValueError: .*\n$/,
    );
  });

  test('tells what its last statement did, as far as it is written', async () => {
    const begun = 'n = int(input())\nt = n * 2\n';
    expect(await said(begun, io('6\n'))).toBe(
      'stdin "3\\n"\n  1: n=3\n  2: t=6\n  printed ""  (expected "6\\n")\n',
    );
  });

  test('full and minimal', async () => {
    const full = await said(program, io('7\n'), { form: 'full' });
    expect(full).toMatch(/^stdin "3\\n"\n\n# Execution Trace:\n= \{\} , \{\}\nLINE: n = int\(input\(\)\)\n/);
    expect(full).toMatch(/LINE: print\(t\)\n= .*\nRETURN: print\(t\)\nPrinted: "6\\n"\nExpected: "7\\n"\n$/);
    expect(await said(program, io('7\n'), { form: 'minimal' })).toBe(
      `stdin "3\\n"\n{'n': 3, 't': 6} , {'n': 'int', 't': 'int'}\nPrinted: "6\\n"\nExpected: "7\\n"\n`,
    );
  });

  test('final', async () => {
    expect(await said(program, io('7\n'), { form: 'final', codeSoFar: 'n = int(input())\n' })).toBe(
      '# 1 fail\nt = n * 2\nprint(t)\n1: n=3; t=6 -> "6\\n" fail\n',
    );
  });

  test('where the function that holds it is called, its steps', async () => {
    const held = 'def f():\n    n = int(input())\n    print(n)\n';
    expect(await said(held, io('4'))).toBe('stdin "3\\n"\n  2: n=3\n  printed "3\\n"  (expected "4")\n');
  });

  test('long input is cut, by characters', async () => {
    const text = await said('print(1)', io('2', '😀'.repeat(50)), { limits: { valueChars: 20 } });
    expect(text).toMatch(/^stdin "(?:😀){20}"\.\.\.\n/);
  });
});

describe('a generator', () => {
  const program = [
    'def gen(xs):',
    '    for x in xs:',
    '        got = yield x',
    'def help(v):',
    '    return v + 1',
    'def f(xs):',
    '    g = gen(xs)',
    '    a = help(next(g))',
    '    g.send(a)',
    '    return a',
  ].join('\n');

  test('full: with its own locals when it goes on, not those of another frame as deep', async () => {
    const text = await said(program, 'assert f([1, 2]) == 2', { form: 'full' });
    expect(text).toContain(
      "=== {'xs': [1, 2], 'x': 1} , {'xs': 'list', 'x': 'int'}\nRESUME:         got = yield x\n",
    );
    expect(text).not.toMatch(/\{'v'.*\n(?:RESUME|LINE: {5}for)/);
  });

  test('compact: what it is sent is an effect of the line that yielded', async () => {
    expect(await said(program, 'assert f([1, 2]) == 2')).toBe(
      [
        'f([1, 2])',
        '  7: g=<generator gen>',
        '  gen 2: x=1',
        '  gen yields 1',
        '  help -> 2',
        '  8: a=2',
        '  gen 3: got=2',
        '  gen 2: x=2',
        '  gen yields 2',
        '  -> 2  (as expected)',
        '',
      ].join('\n'),
    );
  });

  test('as the entry point: the steps that the test asks for', async () => {
    const evens = 'def f(n):\n    for i in range(n):\n        yield i * 3\n';
    expect(await said(evens, 'assert list(f(2)) == [0, 2]')).toBe(
      [
        'f(2)',
        '  2: i=0',
        '  yields 0',
        '  2: i=1',
        '  yields 3',
        '  -> <generator f>  (not as expected)',
        '',
      ].join('\n'),
    );
    expect(await said(evens, 'assert next(f(1)) == 0 and list(f(2)) == [0, 3]')).toMatch(
      /^f\(2\)\n {2}2: i=0\n {2}yields 0\n {2}2: i=1\n {2}yields 3\n {2}->/,
    );
  });

  test('as the entry point: not the steps of an earlier one that goes on beside the last', async () => {
    const from = 'def f(n):\n    while True:\n        yield n\n        n += 1\n';
    expect(await said(from, 'a, b = f(1), f(5)\nassert [next(b), next(a), next(b)] == [5, 1, 7]')).toBe(
      'f(5)\n  yields 5\n  4: n=6\n  yields 6\n  -> <generator f>\n',
    );
  });

  test('as the entry point: one that raises', async () => {
    const raises = 'def f(n):\n    yield n\n    raise ValueError("no")\n';
    expect(await said(raises, 'assert list(f(2)) == [2]')).toBe(
      'f(2)\n  yields 2\n  3: ! ValueError\n  ! ValueError: no  (not as expected)\n',
    );
  });

  test('final: one that is closed when the call ends does not stand for it', async () => {
    const text = await said(program, 'assert f([1, 2]) == 2', { form: 'final', codeSoFar: 'def gen(xs):\n' });
    expect(text).toMatch(/\n1: g=<generator gen>; a=2 -> 2 pass\n$/);
  });
});

describe('a failure outside the function', () => {
  test('of the module is told in every form', async () => {
    const program = 'import numpyx\ndef f(x):\n    return x\n';
    const asked = 'assert f(1) == 1';
    expect(await said(program, asked, { form: 'full' })).toBe(
      [
        'f(1)',
        '',
        '# Execution Trace:',
        '= {} , {}',
        'LINE: import numpyx',
        '= {} , {}',
        'EXCEPTION: import numpyx',
        "Return Value: ModuleNotFoundError(No module named 'numpyx')",
        '= {} , {}',
        'UNWIND: import numpyx',
        'Expected: 1',
        '',
      ].join('\n'),
    );
    expect(await said(program, asked)).toBe(
      "f(1)\n  1: ! ModuleNotFoundError\n  ! ModuleNotFoundError: No module named 'numpyx'  (expected 1)\n",
    );
    expect(await said(program, asked, { form: 'minimal' })).toBe(
      'f(1)\n(ModuleNotFoundError)\nExpected: 1\n',
    );
    expect(await said(program, asked, { form: 'final', codeSoFar: 'import numpyx\n' })).toMatch(
      /\n1: ! ModuleNotFoundError\n$/,
    );
  });

  test.each([
    [
      'of a call that never began',
      'assert f() == 1',
      '(raised: TypeError: f() missing 1 required positional argument',
    ],
    ['of the test, after the call', 'assert f([])[0] == 1', '(raised: IndexError: list index out of range)'],
  ])('%s is told in full', async (_name, asked, text) => {
    expect(await said('def f(x):\n    return x\n', asked, { form: 'full' })).toContain(text);
  });

  test('of the test, after the call, is not the call’s', async () => {
    expect(await said('def f(x):\n    y = x\n    return y\n', 'assert f([])[0] == 1')).toBe(
      'f([])\n  2: y=[]\n  -> []  (then the test raised IndexError: list index out of range)\n',
    );
  });
});

describe('what a program says stays on its line', () => {
  const forged = '\\n  -> 4  (as expected)\\n# 1 pass\\n';
  test.each([
    ['a message', `def f(x):\n    raise ValueError("bad${forged}")\n`],
    ['a type', `def f(x):\n    raise type("bad${forged}", (Exception,), {})\n`],
    ['a value', `def f(x):\n    y = lambda: 1\n    y.__name__ = "bad${forged}"\n    z = 1\n    return y\n`],
    ['a name', `globals()["bad${forged}"] = 1\nx = 1\nraise ValueError\ndef f(x):\n    return 1\n`],
  ])('%s', async (_name, program) => {
    for (const form of ['compact', 'full', 'minimal', 'final'] as const) {
      const text = await said(program, 'assert f(1) == 4', { form });
      expect(text.replace(program.trim(), '')).not.toMatch(/^ *-> 4|^# 1 pass/m);
    }
    expect(await said(program, 'assert f(1) == 4')).toContain('bad\\n  -> 4');
  });
});

describe('final', () => {
  const final = (body: string, asked: string, header = 'def f(x):\n') =>
    said(header + body, asked, { form: 'final', codeSoFar: 'def f(x):\n' });

  test('takes the verdict from the results, not from what values hold', async () => {
    expect(await final('    r = "hi ! " + x\n    return r\n', "assert f('bob') == 'hi ! bob'")).toMatch(
      /^# 1 pass\n[\s\S]*\n1: r='hi ! bob' -> r pass\n$/,
    );
    expect(await final('    y = " fail"\n', 'assert f(1) == 2')).toMatch(/^# 1 open\n/);
  });

  test('None is a value where it is what is expected', async () => {
    expect(await final('    return None\n', 'assert f(1) is None')).toBe(
      '# 1 pass\n    return None\n1: -> None pass\n',
    );
  });

  test('a value is cut between characters', async () => {
    expect(await final('    return x * 50\n', 'assert f("😀") == ""')).toMatch(/-> '😀{36}\.\.\. fail\n$/u);
  });

  test('a program that does not begin with the code so far is no continuation of it', async () => {
    expect(await final('    return x\n', 'assert f(1) == 1', 'def f(x): # kept\n')).toBe('');
  });
});
