import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ExecutionLimits, ProgramRunner, TestResult } from '../../src/program-runner.ts';
import { traceText } from './support/trace-text.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

async function runTraced(
  program: string,
  source = 'assert f(1) == 1',
  limits: Partial<ExecutionLimits> = {},
): Promise<TestResult> {
  const tests = [{ kind: 'assert' as const, source }];
  // What is looked at is the trace; a machine under load takes its time.
  const patient = { timeoutMs: 30_000, ...limits };
  return (await runner.run({ program, entryPoint: 'f', trace: true, tests, limits: patient })).results[0]!;
}

/** The trace of the call alone. */
async function callTrace(program: string, source?: string, limits?: Partial<ExecutionLimits>) {
  const { trace } = await runTraced(program, source, limits);
  return traceText(trace.filter(({ depth }) => depth > 1));
}

/** A local's rendered value, as it stands when f ends. */
async function rendered(expression: string, before = '', limits?: Partial<ExecutionLimits>): Promise<string> {
  const { trace } = await runTraced(
    `${before}\ndef f(x):\n    v = ${expression}\n    return 1`,
    undefined,
    limits,
  );
  const change = trace.flatMap(({ changes }) => changes).find(({ name }) => name === 'v');
  return change?.value ?? 'no such local';
}

describe('events', () => {
  test('module, call, line before it runs, return; locals as changes', async () => {
    const { trace } = await runTraced(
      'import math\nlimit = 3\ndef f(x):\n    y = x + limit\n    del x\n    return y\n',
      'assert f(1) == 4',
    );
    expect(traceText(trace)).toEqual([
      '1 call <module>:0',
      '1 line <module>:1',
      '1 line <module>:2',
      '1 line <module>:3 limit=3',
      '1 line <test>:8',
      '2 call f:3 x=1',
      '2 line f:4',
      '2 line f:5 y=4',
      '2 line f:6 -x',
      '2 return f:6 -> 4',
    ]);
  });

  test('what is awaited or yielded from ends without an exception, and a real one is told', async () => {
    const both =
      'import asyncio\ndef inner():\n    yield 1\n    return 5\ndef g():\n    yield (yield from inner())\nasync def h():\n    await asyncio.sleep(0)\n    return 5\nasync def f(x):\n    return await h() + sum(g())\n';
    const { outcome, trace } = await runTraced(both, 'import asyncio\nassert asyncio.run(f(1)) == 11');
    const events = traceText(trace).filter((line) => /exception|return/.test(line));
    expect([outcome, ...events]).toEqual([
      'passed',
      '3 return h:9 -> 5',
      '4 return inner:4 -> 5',
      '3 return g:6 -> None',
      '2 return f:11 -> 11',
    ]);
    const raising = 'def g():\n    yield 1\n    raise KeyError(1)\ndef f(x):\n    yield from g()\n';
    expect((await callTrace(raising, 'list(f(1))')).filter((line) => /exception/.test(line))).toHaveLength(2);
  });

  test('the type of a change is the exact one', async () => {
    const { trace } = await runTraced('class C(list):\n    pass\ndef f(x):\n    y = C([True])\n    return 1');
    const change = trace.flatMap(({ changes }) => changes).find(({ name }) => name === 'y');
    expect(change).toEqual({ name: 'y', value: 'C([True])', type: 'C' });
  });

  test.each([
    ['[1]', 'v.append(2)', '[1, 2]'],
    ['[1, 2]', 'v[0], v[1] = v[1], v[0]', '[2, 1]'],
    ['[1]', 'v[0] = True', '[True]'],
    ['[[1]]', 'v[0].append(2)', '[[1, 2]]'],
    [
      'list(range(30))',
      'v.pop()',
      '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, ...<29 items>]',
    ],
    ['{1}', 'v.add(2)', '{1, 2}'],
    ['{1: 2}', 'v[1] = 3', '{1: 3}'],
    ['{1: 2}', 'v[1.0] = 2.0', '{1: 2.0}'],
    ['[1]', 'v = None', 'None'],
    ['None', 'v = 0', '0'],
    ['(1, [2])', 'v[1].clear()', '(1, [])'],
  ])('a change in place is seen: %s, %s', async (value, change, after) => {
    const { trace } = await runTraced(`def f(x):\n    v = ${value}\n    ${change}\n    pass\n    return 1`);
    const texts = trace.flatMap(({ changes }) => changes).filter(({ name }) => name === 'v');
    expect(texts.map((told) => told.value)).toEqual([expect.any(String), after]);
  });

  test('every iteration of a loop, also of one on one line', async () => {
    expect(await callTrace('def f(x):\n    for i in range(2): x += i\n    return x')).toEqual([
      '2 call f:1 x=1',
      '2 line f:2',
      '2 line f:2 i=0',
      '2 line f:2 x=2 i=1',
      '2 line f:3',
      '2 return f:3 -> 2',
    ]);
  });

  test('an exception that is caught, and one that unwinds', async () => {
    const program =
      'def g(x):\n    raise ValueError("bad")\ndef f(x):\n    try:\n        g(x)\n    except ValueError:\n        x = 5\n    return x[0]';
    expect(await callTrace(program)).toEqual([
      '2 call f:3 x=1',
      '2 line f:4',
      '2 line f:5',
      '3 call g:1 x=1',
      '3 line g:2',
      '3 exception g:2 ValueError(bad)',
      '3 unwind g:2',
      '2 exception f:5 ValueError(bad)',
      '2 line f:6',
      '2 line f:7',
      '2 line f:8 x=5',
      "2 exception f:8 TypeError('int' object is not subscriptable)",
      '2 unwind f:8',
    ]);
  });

  test.each([
    ['a finally', 'try:\n        return x[0]\n    finally:\n        y = 2'],
    ['a with', 'with contextlib.nullcontext():\n        x[0]'],
    ['an except of another', 'try:\n        x[0]\n    except KeyError:\n        pass'],
    ['a bare raise', 'try:\n        x[0]\n    except TypeError:\n        raise'],
  ])('%s on the way out of an exception', async (_name, body) => {
    const program = `import contextlib\ndef g(x):\n    ${body}\ndef f(x):\n    try:\n        g(x)\n    except TypeError:\n        return 1`;
    const trace = await callTrace(program);
    expect(trace.filter((line) => /^3 (?:return|unwind)/.test(line))).toEqual([
      expect.stringMatching(/^3 unwind g:/),
    ]);
  });

  test('an exception that ends an iteration ends no function', async () => {
    const program =
      'class I:\n    def __init__(self):\n        self.n = 0\n    def __iter__(self):\n        return self\n    def __next__(self):\n        self.n += 1\n        if self.n > 1:\n            raise StopIteration\n        return self.n\ndef f(x):\n    return [i for i in I()]';
    const result = await runTraced(program, 'assert f(1) == [1]');
    expect(traceText(result.trace).at(-1)).toMatch(/^2 return f:12 .*-> \[1\]$/);
    const awaited =
      'import asyncio\nasync def h(x):\n    return x\nasync def g(x):\n    return await h(x)\ndef f(x):\n    return asyncio.run(g(x))';
    expect(await callTrace(awaited)).toContain('3 return g:5 -> 1');
  });

  test.each([
    ['closed', 'a.close()'],
    ['thrown into', 'try:\n        a.throw(ValueError)\n    except ValueError:\n        pass'],
  ])('a generator that is %s unwinds', async (_name, end) => {
    const program = `def g(x):\n    yield x\n    yield 2\ndef f(x):\n    a = g(x)\n    next(a)\n    ${end}\n    return 1`;
    const trace = await callTrace(program);
    expect(trace.filter((line) => /^3 (?:return|unwind|yield)/.test(line))).toEqual([
      '3 yield g:2 -> 1',
      '3 unwind g:2',
    ]);
  });

  test('a generator yields and resumes', async () => {
    const program = 'def g(n):\n    for i in range(n):\n        yield i\ndef f(x):\n    return sum(g(2))';
    expect(await callTrace(program)).toEqual([
      '2 call f:4 x=1',
      '2 line f:5',
      '3 call g:1 n=2',
      '3 line g:2',
      '3 line g:3 i=0',
      '3 yield g:3 -> 0',
      '3 resume g:3 n=2 i=0',
      '3 line g:2',
      '3 line g:3 i=1',
      '3 yield g:3 -> 1',
      '3 resume g:3 n=2 i=1',
      '3 line g:2',
      '3 return g:2 -> None',
      '2 return f:5 -> 1',
    ]);
  });

  test('recursion goes deeper', async () => {
    expect(await callTrace('def f(x):\n    return 1 if x == 0 else f(x - 1)')).toEqual([
      '2 call f:1 x=1',
      '2 line f:2',
      '3 call f:1 x=0',
      '3 line f:2',
      '3 return f:2 -> 1',
      '2 return f:2 -> 1',
    ]);
  });

  test('a closure: what it shares with the function around it', async () => {
    const program =
      'def f(x):\n    total = 0\n    def add(n):\n        nonlocal total\n        total += n + x\n    add(2)\n    return total - 2';
    expect((await callTrace(program)).slice(3)).toEqual([
      '2 line f:6 add=<function add>',
      '3 call add:3 n=2 total=0 x=1',
      '3 line add:5',
      '3 return add:5 total=3 -> None',
      '2 line f:7 total=3',
      '2 return f:7 -> 1',
    ]);
  });

  test('a comprehension item by item, a generator expression in a frame of its own', async () => {
    const program = 'def f(x):\n    a = [i * x for i in range(2)]\n    b = sum(i for i in a)\n    return b';
    const trace = await callTrace(program);
    expect(trace.slice(1, 5)).toEqual([
      '2 line f:2',
      '2 line f:2 i=0',
      '2 line f:2 i=1',
      '2 line f:3 a=[0, 1] -i',
    ]);
    expect(trace.filter((line) => line.includes('<genexpr>')).slice(1, 3)).toEqual([
      '3 line <genexpr>:3',
      '3 yield <genexpr>:3 i=0 -> 0',
    ]);
  });

  test('methods and properties; the library’s frames are left out', async () => {
    const program =
      'import re, functools\nclass C:\n    def __init__(self, n):\n        self.n = n\n    @property\n    def twice(self):\n        return 2 * self.n\ndef f(x):\n    re.compile("a+b")\n    return functools.reduce(lambda a, b: a + b, [C(x).twice, -1])';
    const trace = await callTrace(program);
    expect(trace.slice(trace.indexOf('2 call f:8 x=1'))).toEqual([
      '2 call f:8 x=1',
      '2 line f:9',
      '2 line f:10',
      '3 call __init__:3 self=C() n=1',
      '3 line __init__:4',
      '3 return __init__:4 self=C(n=1) -> None',
      '3 call twice:5 self=C(n=1)',
      '3 line twice:7',
      '3 return twice:7 -> 2',
      '3 call <lambda>:10 a=2 b=-1',
      '3 line <lambda>:10',
      '3 return <lambda>:10 -> 1',
      '2 return f:10 -> 1',
    ]);
  });

  test('a program that ends its own tracing is judged all the same', async () => {
    const program = 'import sys\ndef f(x):\n    y = 1\n    sys.settrace(None)\n    y = 2\n    return x';
    const { outcome, judged, trace } = await runTraced(program);
    expect({ outcome, judged }).toEqual({ outcome: 'passed', judged: 'outside' });
    expect(traceText(trace).at(-1)).toBe('2 line f:4 y=1');
  });

  test('classes, functions and modules at module level are not shown', async () => {
    const { trace } = await runTraced(
      'import math, typing\nfrom typing import List\nT = List[int]\nclass C:\n    pass\nn = 1\ndef f(x):\n    return 1',
    );
    expect(trace.flatMap(({ changes }) => changes.map(({ name }) => name))).toEqual(['n', 'x']);
  });

  test('nothing is traced unless asked', async () => {
    const { results } = await runner.run({
      program: 'def f(x):\n    return 1',
      entryPoint: 'f',
      trace: false,
      tests: [{ kind: 'assert', source: 'assert f(1) == 1' }],
    });
    expect(results[0]).toMatchObject({ outcome: 'passed', trace: [] });
  });
});

describe('bounds', () => {
  const loop = 'def f(x):\n    for i in range(100000):\n        x = [i] * 50\n    return 1';

  test('events: the program still ends as it would', async () => {
    const { outcome, trace, traceEnded } = await runTraced(loop, undefined, {
      traceEvents: 50,
      timeoutMs: 8000,
    });
    expect([outcome, trace.length, traceEnded]).toEqual(['passed', 50, 'events']);
  });

  test('bytes', async () => {
    const { outcome, trace, traceEnded } = await runTraced(loop, undefined, {
      traceBytes: 4096,
      timeoutMs: 8000,
    });
    expect([outcome, traceEnded]).toEqual(['passed', 'bytes']);
    expect(JSON.stringify(trace).length).toBeLessThan(4096 * 4);
  });

  test('locals of a frame', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `v${i}`);
    const { trace } = await runTraced(`def f(x):\n    ${names.join(' = ')} = 0\n    return 1`, undefined, {
      locals: 10,
    });
    expect(new Set(trace.flatMap(({ changes }) => changes.map(({ name }) => name))).size).toBe(10);
  });

  test('characters, items and depth of a value', async () => {
    expect(await rendered('"a" * 500')).toBe(`'${'a'.repeat(200)}'...<len 500>`);
    expect(await rendered('list(range(100))', '', { valueItems: 3 })).toBe('[0, 1, 2, ...<100 items>]');
    expect(await rendered('[[[[[[1]]]]]]', '', { valueDepth: 2 })).toBe('[[[...]]]');
    expect(await rendered('10 ** 5000')).toBe('<int of 16610 bits>');
  });

  test('near the recursion limit a traced program ends as an untraced one', async () => {
    const program = 'def f(x):\n    return x if x == 900 else f(x + 1)';
    for (const trace of [true, false]) {
      const { results } = await runner.run({
        program,
        entryPoint: 'f',
        trace,
        tests: [{ kind: 'assert', source: 'assert f(1) == 900' }],
        limits: { traceEvents: 100_000 },
      });
      expect(results[0]!.outcome).toBe('passed');
    }
  });
});

test.each([
  [
    'the program meets its recursion limit',
    'try:\n        f(x + 1)\n    except RecursionError:\n        pass',
  ],
  ['the program takes the tracer away', 'import sys; sys.settrace(None)'],
])('a trace that stopped because %s says that it did', async (_why, step) => {
  const limits = { traceEvents: 100_000, traceBytes: 10_000_000 };
  const { outcome, traceEnded } = await runTraced(`def f(x):\n    ${step}\n    return 1`, undefined, limits);
  expect({ outcome, traceEnded }).toEqual({ outcome: 'passed', traceEnded: 'events' });
  expect((await runTraced('def f(x):\n    return x', undefined, limits)).traceEnded).toBeUndefined();
});

describe('values are looked at without running the program', () => {
  test.each([
    ['{3, 1, 2}', '{1, 2, 3}'],
    ['frozenset({1})', 'frozenset({1})'],
    ['set()', 'set()'],
    ['(1,)', '(1,)'],
    ['{"a": [1, None]}', "{'a': [1, None]}"],
    ['collections.Counter("aab")', "Counter({'a': 2, 'b': 1})"],
    ['collections.deque([1])', 'deque([1])'],
    ['P(1, 2)', 'P(a=1, b=2)'],
    ['D(1)', 'D(n=1)'],
    ['S(1)', 'S(n=1)'],
    ['E.A', 'E(1)'],
    ['ValueError("x", 1)', "ValueError('x', 1)"],
    ['f', '<function f>'],
    ['D', '<class D>'],
    ['[loop]', '[[[...]]]'],
    ['decimal.Decimal("1.50")', "Decimal('1.50')"],
    ['object()', '<object>'],
    ['(i for i in ())', '<generator <genexpr>>'],
  ])('%s: %s', async (expression, text) => {
    const before =
      'import collections, dataclasses, decimal, enum\nP = collections.namedtuple("P", "a b")\n@dataclasses.dataclass\nclass D:\n    n: int\nclass S:\n    __slots__ = ("n",)\n    def __init__(self, n):\n        self.n = n\nclass E(enum.IntEnum):\n    A = 1\nloop = []\nloop.append(loop)';
    expect(await rendered(expression, before)).toBe(text);
  });

  const hostile = [
    '__repr__',
    '__str__',
    '__eq__',
    '__hash__',
    '__len__',
    '__iter__',
    '__getattribute__',
    '__format__',
    '__bool__',
  ];
  test.each(['', 'list', 'dict', 'str', 'int', 'tuple', 'set', 'float', 'Exception'])(
    'an instance of a hostile class on %s',
    async (base) => {
      const methods = hostile.map(
        (name) => `    def ${name}(self, *a):\n        touched.append("${name}")\n        while True: pass`,
      );
      const before = `touched = []\nclass Meta(type):\n    def __getattribute__(cls, name):\n        touched.append(name)\n        return type.__getattribute__(cls, name)\n    def __hash__(cls):\n        touched.append("hash")\n        return type.__hash__(cls)\n    def __eq__(cls, other):\n        touched.append("eq")\n        return cls is other\nclass H(${base}${base && ', '}metaclass=Meta):\n${methods.join('\n')}`;
      const { outcome, trace } = await runTraced(
        `${before}\ndef f(x):\n    v = object.__new__(H) if ${base ? 'False' : 'True'} else ${base || 'object'}.__new__(H)\n    touched.clear()\n    w = [v]\n    u = {1: v, 2: (v, H)}\n    return len(touched)`,
        'assert f(1) == 0',
      );
      expect(outcome).toBe('passed');
      expect(trace.length).toBeGreaterThan(3);
    },
  );

  test('a class body that runs in a mapping of the program’s own', async () => {
    const program =
      'class M(dict):\n    def items(self):\n        while True: pass\nclass Meta(type):\n    @classmethod\n    def __prepare__(cls, *a):\n        return M()\nclass C(metaclass=Meta):\n    a = 1\n    b = 2\ndef f(x):\n    return 1';
    expect((await runTraced(program)).outcome).toBe('passed');
  });
});

test('surrogates, null bytes and text in every script come through', async () => {
  expect(await rendered(String.raw`"\ud800\x00\u05d0\U0001F600</script>"`)).toBe(
    `${String.raw`'\ud800\x00`}\u05d0\u{1F600}</script>'`,
  );
});
