import { afterAll, describe, expect, it } from 'vitest';
import { createRunner } from '../../src/index.ts';
import { entryPointOf } from '../../src/task/entry-point.ts';
import { readTests } from '../../src/task/read-tests.ts';

const sources = (source: string, programModule?: string) =>
  readTests(source, programModule === undefined ? {} : { programModule }).tests.map((test) =>
    'source' in test ? test.source : '',
  );

describe('readTests', () => {
  it('takes asserts out of a program, with the constants they need and not the functions they test', () => {
    const file = readTests(
      'import math\nLIMIT = 3\n\ndef f(x):\n    return x\n\nassert f(1) == 1\nassert f(\n    LIMIT) == 3\n',
      { besideProgram: true },
    );
    expect(file.program).toBe('import math\nLIMIT = 3\ndef f(x):\n    return x\n');
    expect(file.tests.map((test) => 'source' in test && test.source)).toEqual([
      'import math\nLIMIT = 3\nassert f(1) == 1',
      'import math\nLIMIT = 3\nassert f(\n    LIMIT) == 3',
    ]);
  });

  it("reads pytest's functions, without the import of the program", () => {
    expect(
      sources(
        'import pytest\nfrom solution import f\n\ndef help(x):\n    return x\n\ndef test_one():\n    assert f(help(1)) == 1\n',
        'solution',
      ),
    ).toEqual([
      'import pytest\ndef help(x):\n    return x\ndef test_one():\n    assert f(help(1)) == 1\ntest_one()',
    ]);
  });

  it('calls a parametrized test once a case, of several decorators every combination', () => {
    const [one] = sources(
      "import pytest\n@pytest.mark.parametrize('x, y', [(1, 2), (3, ',')])\ndef test_one(x, y):\n    assert f(x) == y\n",
    );
    expect(one).toContain(
      "\nfor _case0 in __import__('pytest').cases(('x', 'y',), [(1, 2), (3, ',')]):\n    test_one(**_case0)",
    );
    const [two] = sources(
      "@pytest.mark.parametrize('x', [1])\n@pytest.mark.parametrize(['y'], [2, 3])\ndef test_two(x, y):\n    pass\n",
    );
    expect(two).toContain(
      "for _case0 in __import__('pytest').cases(('x',), [1]):\n    for _case1 in __import__('pytest').cases(('y',), [2, 3]):\n        test_two(**_case0, **_case1)",
    );
  });

  it('reads classes of pytest and of unittest, a method each', () => {
    const calls = sources(
      'import unittest\nclass TestF:\n    def setup_method(self):\n        self.x = 1\n    def test_a(self):\n        assert f(self.x)\n    def test_b(self):\n        pass\nclass FCase(unittest.TestCase):\n    def test_c(self):\n        self.assertEqual(f(1), 1)\n',
    ).map((source) => source.split('\n').slice(-3).join('\n'));
    expect(calls).toEqual([
      '_tests = TestF()\n_tests.setup_method()\n_tests.test_a()',
      '_tests = TestF()\n_tests.setup_method()\n_tests.test_b()',
      expect.stringMatching(/FCase\('test_c'\)\.debug\(\)$/),
    ]);
  });

  it('reads doctests of functions with a body, and check', () => {
    const source =
      'def f(x):\n    """Same.\n\n    >>> f(1)\n    1\n    """\n    return x\ndef check(candidate):\n    assert candidate(1) == 1\n';
    expect(readTests(source, { besideProgram: true }).tests).toEqual([
      { kind: 'assert', source: 'assert f(1) == 1' },
      { kind: 'check', source: 'def check(candidate):\n    assert candidate(1) == 1' },
    ]);
  });

  it('leaves the main guard out, keeps branches together', () => {
    expect(
      readTests(
        "try:\n    import numpy\nexcept ImportError:\n    numpy = None\nif __name__ == '__main__':\n    main()\n",
      ).program,
    ).toBe('try:\n    import numpy\nexcept ImportError:\n    numpy = None\n');
  });

  it('makes fixtures in the order of their needs, and ends those that yield', () => {
    const file = readTests(
      'import pytest\n@pytest.fixture\ndef base():\n    yield 1\n@pytest.fixture()\ndef pair(base):\n    return [base, 2]\ndef test_one(pair, base):\n    assert f(pair) == base\n',
    );
    expect(file.program).toBe('import pytest\n');
    expect(file.tests.map((test) => 'source' in test && test.source.split('\n').slice(-5))).toEqual([
      [
        '_making_base = base()',
        '_fixture_base = next(_making_base)',
        '_fixture_pair = pair(base=_fixture_base)',
        'test_one(pair=_fixture_pair, base=_fixture_base)',
        'next(_making_base, None)',
      ],
    ]);
  });

  it('parametrizes methods, and leaves out what is marked so', () => {
    const calls = sources(
      "class TestF:\n    # about f\n    @pytest.mark.parametrize('x', [1, 2])\n    def test_a(self, x):\n        assert f(x)\n\n    @pytest.mark.skip(reason='slow')\n    def test_b(self):\n        pass\n@pytest.mark.xfail\ndef test_c():\n    assert False\n",
    ).map((source) => source.split('\n').slice(-3));
    expect(calls).toEqual([
      [
        '_tests = TestF()',
        "for _case0 in __import__('pytest').cases(('x',), [1, 2]):",
        '    _tests.test_a(**_case0)',
      ],
    ]);
  });

  it('runs a coroutine in an event loop, and no fixture as a test', () => {
    const calls = sources(
      '@pytest.fixture\ndef test_data():\n    return 1\nasync def test_a(test_data):\n    assert await f(test_data) == 1\n',
    ).map((source) => source.split('\n').slice(-3));
    expect(calls).toEqual([
      [
        '_fixture_test_data = test_data()',
        'import asyncio',
        'asyncio.run(test_a(test_data=_fixture_test_data))',
      ],
    ]);
  });

  it.each([
    ['def test_one(tmp_path):\n    pass\n', 'tmp_path'],
    [
      '@pytest.fixture(params=[1, 2])\ndef n(request):\n    return request.param\ndef test_one(n):\n    pass\n',
      'plain function',
    ],
  ])('says which fixture it cannot make: %j', (source, message) => {
    expect(() => readTests(source)).toThrow(message);
  });
});

describe('readTests, run', () => {
  const runner = createRunner({ maxWorkers: 1 });
  afterAll(async () => (await runner).dispose());

  const program = 'def helper(x):\n    return x\ndef add(a, b):\n    return helper(a) + b\n';
  /** Outcomes of a test file's tests on a program. */
  async function outcomes(tests: string, source = program): Promise<string> {
    const file = readTests(tests, { programModule: 'work.sub.prog' });
    const entryPoint = entryPointOf(file, source);
    // Importing unittest takes a second of a core.
    const limits = { timeoutMs: 30_000 };
    const request = {
      program: source,
      tests: file.tests,
      trace: false,
      limits,
      ...(entryPoint && { entryPoint }),
    };
    return (await (await runner).run(request)).results.map(({ outcome }) => outcome).join();
  }

  it.each([
    ['import prog\nimport prog as p\ndef test_a():\n    assert prog.add(1, 1) == p.add(1, 1) == 2\n'],
    ['from prog import add as plus\nassert plus(1, 1) == 2\n'],
    [
      'import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nfrom sub.prog import add\ndef test_a():\n    from . import prog\n    assert add(1, 1) == prog.add(1, 1) == 2\n',
    ],
    ['def check(candidate):\n    assert candidate(1, 1) == 2\n'],
    ['def check(candidate):\n    assert candidate(1) == 1\ncheck(helper)\n'],
    [
      'from unittest import TestCase\nclass Base(TestCase):\n    @classmethod\n    def setUpClass(cls):\n        cls.n = 1\n    def setUp(self):\n        self.m = 2\nclass Own(Base):\n    def test_own(self):\n        self.assertEqual(add(self.n, self.m), 3)\n',
    ],
    [
      'def setup_module():\n    global k\n    k = 5\nclass TestP:\n    def setup_class(cls):\n        cls.z = 1\n    def setup_method(self, method):\n        self.w = 1\n    def test_p(self):\n        assert add(self.z, self.w) + k == 7\n',
    ],
  ])('passes on a right program and not on a wrong one: %j', async (tests) => {
    expect(await outcomes(tests)).toBe('passed');
    expect(await outcomes(tests, 'def helper(x):\n    return 9\ndef add(a, b):\n    return 9\n')).toBe(
      'failed',
    );
  });

  it('runs coroutines of unittest in an event loop', async () => {
    const tests =
      'import unittest\nfrom prog import add\nclass A(unittest.IsolatedAsyncioTestCase):\n    async def asyncSetUp(self):\n        self.n = 1\n    async def test_add(self):\n        self.assertEqual(await add(self.n, 2), 3)\n';
    expect(await outcomes(tests, 'async def add(a, b):\n    return a + b\n')).toBe('passed');
    expect(await outcomes(tests, 'async def add(a, b):\n    return 9\n')).toBe('failed');
  });

  it('names tests within another statement, which it does not read', () => {
    const nested =
      'def test_a():\n    pass\nif True:\n    def test_b():\n        pass\n    class TestC:\n        def helper(self):\n            pass\nelse:\n    x = "def test_d"\n';
    const { tests, leftOut } = readTests(nested);
    expect(tests).toHaveLength(1);
    expect(leftOut).toEqual([
      '`def test_b():` stands within `if True:`',
      '`class TestC:` stands within `if True:`',
    ]);
  });

  it.each([
    ['import prog\nprint(prog)\n', 'received `prog`; write `from MODULE import'],
    ['import sub.prog\n', 'received `import sub.prog`'],
    ['def setup_module(module):\n    module.x = 1\ndef test_a():\n    pass\n', 'global NAME'],
  ])('refuses %j', (tests, message) => {
    expect(() => readTests(tests, { programModule: 'sub.prog' })).toThrow(message);
  });

  it('says that a check has no function to check', () => {
    const file = readTests('def check(candidate):\n    assert candidate(1)\n');
    expect(() => entryPointOf(file, 'x = 1\n')).toThrow('write `check(NAME)`');
  });

  it.each([
    ['x = 1\nassert x == 1\nx = 2\nassert x == 2\n', 2],
    ['def f(x):\n    return x\nassert f(1) == 1\nprint("fine")\n', 1],
    ['n = 0\ndef inc():\n    global n\n    n += 1\ninc()\nassert n == 1\ninc()\nassert n == 2\n', 0],
    ['assert LIMIT == 3\n', 1],
    ['def f():\n    pass\nif __name__ == "__main__":\n    f()\n', 0],
  ])('of a program takes the asserts out where each can run by itself: %j', async (source, count) => {
    const file = readTests(source, { besideProgram: true });
    expect(file.tests).toHaveLength(count);
    if (count === 0) expect(file.ownProgram).toBe(source);
  });

  it('reads examples of modules, classes and methods, escapes undone', async () => {
    const source =
      '"""Module.\n\n>>> größe(2)\n2\n"""\nclass S:\n    """A stack.\n\n    >>> from prog import S\n    >>> s = S()\n    >>> s.push(\'a\\\\nb\')\n    >>> s.top()\n    \'a\\\\nb\'\n    """\n    def __init__(self):\n        self.l = []\n    def push(self, x):\n        self.l.append(x)\n    def top(self):\n        return self.l[-1]\ndef größe(x):\n    return x\ndef show(x):\n    """\n    >>> show(3)\n    3\n    """\n    print(x)\n';
    const { tests, ownProgram } = readTests(source, { besideProgram: true, programModule: 'prog' });
    const { results } = await (await runner).run({ program: ownProgram, tests, trace: false });
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
  });
});
