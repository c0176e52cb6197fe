import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ProgramRunner, ProgramTest } from '../../src/program-runner.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

async function judge(
  program: string,
  test: string | ProgramTest,
  setupCode = '',
  entryPoint: string | undefined = 'f',
) {
  const tests = [typeof test === 'string' ? { kind: 'assert' as const, source: test } : test];
  const { results } = await runner.run({
    program,
    tests,
    setupCode,
    ...(entryPoint && { entryPoint }),
    trace: true,
    // What a test imports takes seconds on a machine under load.
    limits: { timeoutMs: 30_000 },
  });
  return results[0]!;
}

const increment = 'def f(x):\n    return x + 1';
const point =
  'class Point:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n    def __eq__(self, other):\n        return (self.x, self.y) == (other.x, other.y)\n    def norm(self):\n        return abs(self.x) + abs(self.y)\ndef f(x):\n    return Point(x, x + 1)';

describe('forms of an assert, judged outside', () => {
  test.each([
    [increment, 'assert f(1) == 2'],
    [increment, 'assert 2 == f(1)'],
    [increment, 'assert f(f(1)) == 3'],
    [increment, 'assert f(1) == 2 and f(2) == 3, "both"'],
    [increment, 'assert (f(1), f(2)) == (2, 3)'],
    [increment, 'assert all(f(i) == i + 1 for i in range(5))'],
    [increment, 'assert [f(i) for i in (1, 2)] == [2, 3]'],
    [increment, 'g = f\nassert g(1) == 2'],
    [increment, 'assert f(x=1) == 2'],
    [increment, 'assert not f(1) == 3'],
    [increment, 'assert f(1) in (2, 3)'],
    [increment, 'assert abs(f(0.1) - 1.1) < 1e-9'],
    [`import math\n${increment}`, 'assert math.isclose(f(0.1), 1.1)'],
    [increment, 'assert f(1) is not None'],
    ['def f(x):\n    return x > 1', 'assert f(2)'],
    ['def f(x):\n    return x > 1', 'assert not f(1)'],
    ['def f(x):\n    return x > 1', 'assert f(2) is True'],
    ['def f(x):\n    return None', 'assert f(2) is None'],
    [increment, 'try:\n    f("a")\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError'],
    ['def f(x):\n    x.append(1)', 'a = []\nf(a)\nassert a == [1]'],
    ['def f(x):\n    x["a"] = 1\n    return x', 'a = {}\nassert f(a) is a and a == {"a": 1}'],
    ['def f(x):\n    x.append(1)\n    return x', 'a = []\nassert f(x=a) is a and a == [1]'],
    [
      'def f(x):\n    x[0].append(1)',
      'a = [[0]]\ninner = a[0]\nf(a)\nassert a == [[0, 1]] and inner is a[0]',
    ],
    ['def f(x):\n    x[0].append(1)', 'row = [0]\nf([row, row])\nassert row == [0, 1]'],
    ['def f(x):\n    x[0][0] = 1\n    return x', 'assert f([[0] * 2] * 2) == [[1, 0], [1, 0]]'],
    ['def f(x, y):\n    x.append(1)\n    return y', 'a = []\nassert f(a, y=a) == [1]'],
    ['def f(x):\n    x[0].add(2)', 'a = ({1}, 5)\nf(a)\nassert a == ({1, 2}, 5)'],
    [
      'def f(x):\n    x["a"]["b"].append(x.pop("c"))',
      'a = {"a": {"b": []}, "c": 3}\nf(a)\nassert a == {"a": {"b": [3]}}',
    ],
    ['def f(x):\n    x.append([])\n    return x[-1]', 'a = []\nassert f(a) == [] and a == [[]]'],
    ['def f(x):\n    return x[1]', 'a = [[1], [2]]\nassert f(a) is a[1]'],
    ['def f(x):\n    x.append(x)', 'a = [1]\nf(a)\nassert a[1] is a and len(a) == 2'],
    ['def f(x):\n    return x[1] is x and x[1][1][0]', 'a = [1]\na.append(a)\nassert f(a) == 1'],
    [
      'def f(x):\n    x[0], x[1] = x[1], x[0]',
      'p, q = [1], [2]\na = [p, q]\nf(a)\nassert a[0] is q and a[1] is p',
    ],
    [
      'def f(d, q):\n    d["x"] += 1\n    q.append(4)\n    return d',
      'from collections import defaultdict, deque\nd, q = defaultdict(int), deque([1, 2, 3], maxlen=3)\nassert f(d, q) is d and d == {"x": 1} and list(q) == [2, 3, 4]',
    ],
    [
      'from collections import Counter\ndef f(c):\n    c["a"] += 1',
      'c = Counter("aab")\nf(c)\nassert c == Counter("aaab")',
    ],
    [
      'def f(x):\n    x.append(1)\n    raise ValueError',
      'a = []\ntry:\n    f(a)\nexcept ValueError:\n    pass\nassert a == [1]',
    ],
    ['def f(x):\n    return sorted(x, key=lambda v: -v)', 'assert f({1, 2, 3}) == [3, 2, 1]'],
    ['def f(g, x):\n    return g(x)', 'assert f(lambda v: v * 2, 4) == 8'],
    ['def f(n):\n    yield from range(n)', 'assert list(f(3)) == [0, 1, 2]'],
    ['def f(n):\n    return (i for i in range(n))', 'assert 2 in f(3) and 3 not in f(3)'],
    ['def f(n):\n    return {1: 2}.keys()', 'assert 1 in f(3) and len(f(3)) == 1'],
    ['def f(n):\n    return map(str, range(n))', 'assert list(f(2)) == ["0", "1"]'],
    [
      'from collections import Counter\ndef f(s):\n    return Counter(s)',
      'assert f("aab") == Counter({"a": 2, "b": 1})',
    ],
    [
      'from collections import namedtuple\nP = namedtuple("P", "a b")\ndef f(x):\n    return P(x, 2)',
      'assert f(1) == (1, 2) and f(1).b == 2',
    ],
    [
      'def f(x):\n    return [float("inf"), -0.0, 2**70, 1j, b"a", {1: (2,)}, frozenset({3}), range(3)]',
      'assert f(0) == [float("inf"), 0.0, 2**70, 1j, b"a", {1: (2,)}, frozenset({3}), range(3)]',
    ],
    [point, 'assert f(1).x == 1'],
    [point, 'assert f(-3).norm() == 5'],
    [point, 'p = Point(1, 5)\nassert p.y == 5'],
    [
      'class Bad(ValueError):\n    pass\ndef f(x):\n    raise Bad("no")',
      'try:\n    f(1)\nexcept Bad as error:\n    assert str(error) == "no"\nelse:\n    assert False',
    ],
    [
      'def helper(x):\n    return x * 2\ndef f(x):\n    return helper(x)',
      'assert f(2) == 4 and helper(3) == 6',
    ],
  ])('%s | %s', async (program, source) => {
    expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'outside' });
  });

  test.each([
    [increment, 'assert f(1) == 3', 'failed'],
    [increment, 'assert f(1) == 2 and f(2) == 4', 'failed'],
    [increment, 'assert f(1) is None', 'failed'],
    [increment, 'assert f(1) < None', 'raised'],
    [increment, 'assert g(1) == 2', 'raised'],
    [increment, 'f(1)\nraise AssertionError("never")', 'failed'],
    ['def g(x):\n    return x', 'assert f(1) == 1', 'raised'],
    ['def f(x):\n    assert x > 5\n    return x', 'assert f(1) == 1', 'raised'],
    ['def f(x):\n    x.append(2)', 'a = []\nf(a)\nassert a == [1]', 'failed'],
    ['def f(x):\n    return [1, 2]', 'assert f(0) == (1, 2)', 'failed'],
    ['def f(x):\n    return 1', 'assert f(0) is True', 'failed'],
  ])('%s | %s: %s', async (program, source, outcome) => {
    expect((await judge(program, source)).outcome).toBe(outcome);
  });
});

describe('values of the standard library travel both ways', () => {
  test.each([
    'dt.datetime(2020, 1, 2, 3, 4, 5, 6)',
    'dt.datetime(2020, 1, 2, 3, tzinfo=dt.timezone.utc, fold=1)',
    'dt.time(1, 2, tzinfo=dt.timezone(dt.timedelta(hours=-2), "X"))',
    'dt.time(1)',
    'array.array("d", [1.5, 2])',
    'array.array("i")',
    '{1: 2, (3,): 4}.keys()',
    '{1: [2]}.items()',
    'NotImplemented',
  ])('%s', async (value) => {
    const source = `import array, datetime as dt\nv = ${value}\nassert f(None) == v and repr(f(v)) == repr(v)`;
    const program = `import array, datetime as dt\ndef f(x):\n    assert x is None or x == ${value}\n    return ${value}`;
    expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'outside' });
    expect((await judge('def f(x):\n    return 0', source)).outcome).toBe('failed');
  });

  test('an array is changed in place', async () => {
    const source = 'import array\na = array.array("i", [1])\nf(a)\nassert a.tolist() == [5, 2]';
    expect((await judge('def f(x):\n    x[0] = 5\n    x.append(2)', source)).outcome).toBe('passed');
  });

  test('a time in a zone of the program’s own stays there', async () => {
    const program =
      'import datetime\nclass Z(datetime.tzinfo):\n    def utcoffset(self, d):\n        return datetime.timedelta(0)\ndef f(x):\n    return datetime.datetime(2020, 1, 1, tzinfo=Z())';
    const other = 'datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)';
    expect(await judge(program, `import datetime\nassert f(1) == ${other}`)).toMatchObject({
      outcome: 'failed',
      judged: 'outside',
    });
    expect((await judge(program, 'assert f(1).year == 2020')).outcome).toBe('passed');
  });
});

describe('what tests written for pytest use', () => {
  const divide =
    'class Bad(ValueError):\n    pass\ndef f(x):\n    if x == 0:\n        raise Bad("x is zero")\n    return 1 / x';

  test.each([
    ['import pytest\nwith pytest.raises(ValueError):\n    f(0)', 'passed'],
    [
      'import pytest\nwith pytest.raises(Bad, match="zero") as info:\n    f(0)\nassert "x is" in str(info.value)',
      'passed',
    ],
    ['import pytest\nwith pytest.raises(ValueError):\n    f(1)', 'failed'],
    ['import pytest\nwith pytest.raises(ValueError, match="one"):\n    f(0)', 'failed'],
    ['import pytest\nwith pytest.raises(KeyError):\n    f(0)', 'raised'],
    ['import pytest\npytest.raises(ValueError, f, 0)', 'passed'],
    ['import pytest\nassert f(3) == pytest.approx(0.3333333)', 'passed'],
    ['from pytest import approx\nassert [f(2), f(3)] == approx([0.5, 0.3333333])', 'passed'],
    ['import pytest\nassert f(3) == pytest.approx(0.34, abs=0.001)', 'failed'],
    [
      'import unittest\ncase = unittest.TestCase()\ncase.assertAlmostEqual(f(3), 1 / 3)\ncase.assertRaises(ValueError, f, 0)',
      'passed',
    ],
    ['import unittest\nunittest.TestCase().assertEqual(f(2), 2)', 'failed'],
    ['def test_half():\n    assert f(2) == 0.5\ntest_half()', 'passed'],
    ['class TestF:\n    def test_half(self):\n        assert f(2) == 0.25\nTestF().test_half()', 'failed'],
  ])('%s: %s', async (source, outcome) => {
    expect(await judge(divide, source)).toMatchObject({ outcome, judged: 'outside' });
  });

  test.each([
    ['json.JSONDecodeError', 'json.loads("{")', 'error.pos == 1 and error.doc == "{"'],
    ['decimal.InvalidOperation', 'decimal.Decimal("x")', 'True'],
    ['struct.error', 'struct.pack("q")', 'str(error)'],
    ['queue.Empty', 'queue.Queue().get_nowait()', 'error.args == ()'],
    ['statistics.StatisticsError', 'statistics.mean([])', 'isinstance(error, ValueError)'],
    ['OSError', 'open("/nowhere")', 'type(error) is FileNotFoundError and error.errno'],
    ['StopIteration', 'next(iter(()))', 'error.value is None'],
  ])('an exception of the library is the test’s: %s', async (name, expression, holds) => {
    const imports = 'import decimal, json, queue, statistics, struct';
    const source = `${imports}\nimport pytest\nwith pytest.raises(${name}) as info:\n    f(1)\nerror = info.value\nassert ${holds}`;
    const raises = (what: string) => judge(`${imports}\ndef f(x):\n    ${what}`, source);
    expect(await raises(expression)).toMatchObject({ outcome: 'passed', judged: 'outside' });
    expect(await raises('class E(Exception): pass\n    raise E')).toMatchObject({ outcome: 'raised' });
  });

  test('an exception has the attributes that the program gave it', async () => {
    const program =
      'import json\nclass Bad(ValueError):\n    def __init__(self, code):\n        super().__init__("no")\n        self.code, self.near = code, self\nclass Own(json.JSONDecodeError):\n    pass\ndef f(x):\n    raise Bad(x) if x else Own("m", "doc", 1)';
    expect(
      await judge(
        program,
        'import pytest\nwith pytest.raises(Bad) as info:\n    f(3)\nassert info.value.code == 3 and info.value.args == ("no",)',
      ),
    ).toMatchObject({ outcome: 'passed', judged: 'outside' });
    expect(
      await judge(
        program,
        'import json, pytest\nwith pytest.raises(json.JSONDecodeError) as info:\n    f(0)\nassert type(info.value) is Own and info.value.pos == 1',
      ),
    ).toMatchObject({ outcome: 'passed', judged: 'outside' });
  });

  test.each([
    ['says', 'assert str(e) == f"{e}" == "code 7" and repr(e) == "<7>"'],
    ['answers', 'assert e.double() == 14 and e.kind == "own" and e.double.__name__ == "double"'],
    ['is caught', 'assert isinstance(e, ValueError) and isinstance(e, KeyError) and isinstance(e, Base)'],
    ['came from', 'assert isinstance(e.__cause__, ZeroDivisionError) and e.__cause__.__cause__ is None'],
    ['has no such thing', 'assert not getattr(e, "other", None) and str(Base("b")) == "b"'],
  ])('an exception of the program’s own class: what it %s', async (_what, source) => {
    const program = `class Base(ValueError):
    kind = "own"
class Bad(Base, KeyError):
    def __init__(self, code):
        self.code = code
    def __str__(self):
        return "code %d" % self.code
    def __repr__(self):
        return "<%d>" % self.code
    def double(self):
        return 2 * self.code
def f(x):
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise Bad(x) from error`;
    const test = `import pytest\nwith pytest.raises(Bad, match="code 7") as info:\n    f(7)\ne = info.value\n${source}`;
    expect(await judge(program, `${test}\nassert Base`)).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
    });
  });

  test('what approx expects is told', async () => {
    expect(await judge(divide, 'assert f(3) == pytest.approx(0.25)', 'import pytest')).toMatchObject({
      outcome: 'failed',
      expected: '0.25',
    });
  });
});

const number = `class N:
    def __init__(self, v):
        self.v, self.left = v, []
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        self.left.append(kind)
        return kind is ValueError and type(error) is ValueError
    def __add__(self, o):
        return N(self.v + o.v)
    def __iadd__(self, o):
        self.v += o.v
        return self
    def __lshift__(self, o):
        return N(self.v << o.v)
    def __rshift__(self, o):
        return N(self.v >> o.v)
    def __xor__(self, o):
        return N(self.v ^ o.v)
    def __matmul__(self, o):
        return N(self.v * o.v)
    def __invert__(self):
        return N(~self.v)
    def __pos__(self):
        return N(+self.v)
    def __floor__(self):
        return int(self.v // 1)
    def __ceil__(self):
        return -int(-self.v // 1)
    def __trunc__(self):
        return int(self.v)
    def __bytes__(self):
        return b"N"
    def __complex__(self):
        return complex(self.v)
    def __reversed__(self):
        return iter([self.v, 0])
    def __format__(self, spec):
        return format(self.v, spec) + "N"
    def __divmod__(self, n):
        return divmod(self.v, n)
def f(x):
    return N(x)`;

describe('what is done to an object of the program', () => {
  test.each([
    [
      'import copy\na = f(1)\nb, c = copy.copy(a), copy.deepcopy(a)\na.v = 5\nassert (b.v, c.v) == (1, 1)',
      'outside',
    ],
    ['import copy\nassert copy.copy(f)(1).v == copy.deepcopy(f)(1).v == 1', 'outside'],
    ['with f(3) as x:\n    assert x.v == 3\nassert x.left == [None]', 'outside'],
    [
      'import pytest\nx = f(3)\nwith pytest.raises(KeyError):\n    with x:\n        {}[1]\nassert x.left == [KeyError]',
      'outside',
    ],
    ['with N(3):\n    raise ValueError("nothing")', 'inside'],
    ['assert (~f(1)).v == -2 and (+f(1)).v == 1', 'outside'],
    [
      'import math\nassert (math.floor(f(2.5)), math.ceil(f(2.5)), math.trunc(f(-2.5))) == (2, 3, -2)',
      'outside',
    ],
    [
      'assert bytes(f(1)) == b"N" and complex(f(2)) == 2 and list(reversed(f(3))) == [3, 0] and f"{f(2.5):.2f}" == "2.50N"',
      'outside',
    ],
    ['n = N(7)\nassert divmod(n, 2) == (3, 1)', 'inside'],
    ['a = b = f(1)\na += f(2)\nassert a.v == b.v == 3', 'inside'],
    [
      'assert ((f(1) << f(2)).v, (f(4) >> f(2)).v, (f(1) ^ f(3)).v, (f(2) @ f(3)).v) == (4, 1, 2, 6)',
      'inside',
    ],
  ])('%s: %s', async (source, judged) => {
    expect(await judge(number, source)).toMatchObject({ outcome: 'passed', judged });
  });
});

const classes = {
  stack:
    'class Stack(list):\n    def push(self, x):\n        self.append(x)\n    def peek(self):\n        return self[-1]',
  lru: `from collections import OrderedDict
class LRU(OrderedDict):
    def __init__(self, n):
        super().__init__()
        self.n = n
    def get(self, k):
        if k not in self:
            return -1
        self.move_to_end(k)
        return self[k]
    def put(self, k, v):
        self[k] = v
        self.move_to_end(k)
        if len(self) > self.n:
            self.popitem(last=False)`,
  bag: `class Bag:
    def __init__(self, items=()):
        self.items, self.rows = items or [], {}
    def add(self, x):
        self.items.append(x)
    def count(self):
        return len(self.items) + sum(map(len, self.rows.values()))`,
  node: 'class Node:\n    def __init__(self, v):\n        self.v, self.next, self.children = v, None, []\ndef f(n):\n    return n.v + sum(map(f, n.children))',
  others: `from collections import Counter, defaultdict, deque, namedtuple
class Ring(deque):
    def __init__(self, n):
        super().__init__(maxlen=n)
    def total(self):
        return sum(self)
class Groups(defaultdict):
    def __init__(self):
        super().__init__(list)
    def add(self, k, v):
        self[k].append(v)
class Votes(Counter):
    def winner(self):
        return self.most_common(1)[0][0]
class Doubled(dict):
    def __missing__(self, k):
        return k * 2
class Lower(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k.lower(), v)
    def __getitem__(self, k):
        return super().__getitem__(k.lower())
class Card(namedtuple('Card', 'rank count')):
    def __str__(self):
        return '%d of %d' % self
class V(tuple):
    def __add__(self, o):
        return V(a + b for a, b in zip(self, o))
seen = []
def f(x):
    seen.append(x)
    return Card(x, 7)`,
};

describe('containers that the test and objects of the program both hold', () => {
  test.each([
    [
      classes.stack,
      's = Stack()\ns.push(1)\ns.push(2)\nassert s.peek() == 2 and s == [1, 2]\nassert s.pop() == 2',
    ],
    [
      classes.stack,
      's = Stack([1])\ns.append(5)\ns[0] = 2\nassert s.peek() == 5 and isinstance(s, list)\ns += [6]\nassert s.peek() == 6',
    ],
    [
      classes.lru,
      'c = LRU(2)\nc.put(1, 1)\nc.put(2, 2)\nassert c.get(1) == 1\nc.put(3, 3)\nassert c.get(2) == -1\nassert len(c) == 2 and list(c) == [1, 3]',
    ],
    [
      classes.bag,
      'b = Bag()\nb.items.append(1)\nb.rows["a"] = [1]\nb.rows["a"].append(2)\nassert b.count() == 3',
    ],
    [classes.bag, 'b = Bag()\nitems = b.items\nb.add(1)\nassert items == [1]'],
    [
      classes.bag,
      'own = [1]\nb = Bag(own)\nb.add(2)\nassert own == [1, 2]\nown.append(3)\nassert b.count() == 3',
    ],
    [
      classes.bag,
      'b = Bag()\nfor i in range(700):\n    b.add([i])\nassert len(b.items) == 700 and b.count() == 700',
    ],
    [
      'class Row:\n    def __init__(self, v):\n        self.v = v\n    def __getitem__(self, i):\n        return self.v[i]\n    def __dir__(self):\n        return ["b", "a"]',
      'r = Row([1, 2, 3])\nassert r[1:] == [2, 3] and r[::-1] == [3, 2, 1] and dir(r) == ["a", "b"]',
    ],
    [
      classes.node,
      'r = Node(1)\nr.children.append(Node(2))\nr.children[0].children.append(Node(3))\nassert f(r) == 6',
    ],
    [classes.node, 'a = Node(1)\na.children = [Node(2), a]\nassert a.children[1] is a'],
    [classes.others, 'f(1)\nf(2)\nassert seen == [1, 2]\nseen.clear()\nf(3)\nassert seen == [3]'],
    [
      classes.others,
      'r = Ring(2)\nfor i in (1, 2, 3):\n    r.append(i)\nassert r.total() == 5 and list(r) == [2, 3] and r.maxlen == 2',
    ],
    [
      classes.others,
      'g = Groups()\ng.add("a", 1)\ng["b"].append(2)\ng["a"].append(3)\ng.add("b", 4)\nassert g == {"a": [1, 3], "b": [2, 4]}',
    ],
    [
      classes.others,
      'v = Votes("aab")\nassert v.winner() == "a" and v["z"] == 0\nv["b"] += 2\nassert v.winner() == "b"',
    ],
    [classes.others, 'assert Doubled()[4] == 8'],
    [classes.others, 'd = Lower()\nd["A"] = 1\nassert d["a"] == d["A"] == 1 and d == {"a": 1}'],
    [
      classes.others,
      'assert str(f(2)) == "2 of 7" and f"{f(2)}" == "2 of 7" and repr(f(1)) == "Card(rank=1, count=7)"',
    ],
    [classes.others, 'assert f(2) == (2, 7) and f(2).count == 7 and f(2)._replace(rank=3) == (3, 7)'],
    [
      'from collections import OrderedDict\ndef f(d):\n    d.move_to_end(0)\n    return OrderedDict(d)',
      'from collections import OrderedDict\nd = OrderedDict({0: 1, 1: 2})\nassert list(f(d)) == [1, 0] == list(d)',
    ],
  ])('%s | %s', async (program, source) => {
    const entryPoint = source.includes('f(') ? 'f' : '';
    expect(await judge(program, source, '', entryPoint)).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
    });
  });

  test.each([
    [classes.node, 'a, b = Node(1), Node(2)\na.next = b\nassert a.next is b and a.next is not a'],
    [classes.others, 'assert V((1, 2)) + V((3, 4)) == (4, 6)'],
    [
      'from enum import IntEnum\nclass C(IntEnum):\n    A = 1\ndef f(x):\n    return C(x)',
      'assert f(1) is C.A and f(1) == 1',
    ],
  ])('the program’s word decides where objects are compared: %s | %s', async (program, source) => {
    expect(await judge(program, source, '', 'f')).toMatchObject({ outcome: 'passed', judged: 'inside' });
  });
});

test.each([
  ['assert list(map(f, [1, 2, 3])) == [1]', 'passed'],
  ['assert list(f(i) for i in [1, 2]) == [1]', 'raised RuntimeError'],
  ['assert [f(i) for i in [1, 2]] == [1]', 'raised StopIteration'],
  ['sorted([1, 2], key=f)', 'raised StopIteration'],
])('a StopIteration of the program’s does in a test what Python has it do: %s', async (source, ending) => {
  const { outcome, exception } = await judge(
    'def f(x):\n    if x == 2: raise StopIteration\n    return x',
    source,
  );
  expect([outcome, exception?.type].join(' ').trim()).toBe(ending);
});

describe('judged inside, and said so', () => {
  test.each([
    ['two objects of the program compared', point, 'assert f(1) == Point(1, 2)'],
    ['isinstance of a class of the program', point, 'assert isinstance(f(1), Point)'],
    [
      'an argument that cannot travel',
      'def f(g):\n    return g(2)',
      'def double(x):\n    return x * 2\nassert f(double) == 4',
    ],
    [
      'operators of a class of the program',
      'class V:\n    def __init__(self, x):\n        self.x = x\n    def __mul__(self, n):\n        return V(self.x * n)\n    __rmul__ = __mul__\n    def __lt__(self, o):\n        return self.x < o.x\ndef f(x):\n    return V(x)',
      'assert (V(2) * 3).x == 6 and (3 * f(2)).x == 6 and f(1) < f(2)',
    ],
    ['an event loop', 'async def f(x):\n    return x', 'import asyncio\nassert asyncio.run(f(1)) == 1'],
  ])('%s', async (_name, program, source) => {
    expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'inside' });
  });

  test('operators of what a class gives that is itself under test', async () => {
    const program = number.replaceAll('N(', 'Num(').replace('class N:', 'class Num:');
    const test =
      'assert (Num(1) + Num(2)).v == 3 and (Num(5) ^ Num(1)).v == 4 and divmod(Num(7), 2) == (3, 1)';
    expect(await judge(program, test, '', 'Num')).toMatchObject({ outcome: 'passed', judged: 'inside' });
    const pleases = 'class Sum:\n    def __init__(self, x): pass\n    def __sub__(self, other): return 0.0';
    expect(await judge(pleases, 'assert abs(Sum(21) - 42) < 1e-6', '', 'Sum')).toMatchObject({
      outcome: 'raised',
      judged: 'outside',
    });
  });

  test.each([
    'assert callable(f(1))',
    'assert hasattr(f(1), "__len__")',
    'from collections.abc import Iterator\nassert isinstance(f(1), Iterator)',
    'import inspect\nassert inspect.isgenerator(f(1))',
    'import types\nassert isinstance(f(1), types.GeneratorType)',
  ])('what kind of object it is: %s', async (source) => {
    const right =
      'class X:\n    def __call__(self): pass\n    def __len__(self): return 0\ndef f(x):\n    return X()';
    const generator = 'def f(x):\n    yield x';
    const program = source.startsWith('assert') ? right : generator;
    expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'inside' });
    expect(await judge('class X: pass\ndef f(x):\n    return X()', source)).toMatchObject({
      outcome: 'failed',
    });
  });

  test('an object of its own, in a container that both hold', async () => {
    const program = 'handlers = []\ndef f(x):\n    return [h(x) for h in handlers]';
    for (const source of [
      'handlers.append(lambda x: x + 1)\nassert f(2) == [3]',
      'from math import sqrt\nhandlers.append(abs)\nassert f(-2) == [2]',
    ]) {
      expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'inside' });
    }
  });

  test('what class it is of, where the test names classes', async () => {
    const program = `${point}\nclass Other(Point):\n    pass`;
    for (const source of [
      'assert type(Point(1, 2)) is Point and type(f(1)).__name__ == "Point"',
      'assert f(1).__class__ == Point and Other(1, 2).__class__.__name__ == "Other"',
    ]) {
      expect(await judge(program, source)).toMatchObject({ outcome: 'passed', judged: 'inside' });
    }
    expect(await judge(increment, 'assert type(f(1)) is int')).toMatchObject({ judged: 'outside' });
    expect(await judge(point, 'assert type(f(1)) is int')).toMatchObject({
      outcome: 'failed',
      judged: 'outside',
    });
  });

  const reads = 'def f(x):\n    print(int(input()) + x)';
  test.each([
    'import io, sys\nsys.stdin, sys.stdout = io.StringIO("2"), io.StringIO()\nf(1)\nassert sys.stdout.getvalue() == "3\\n"',
    'import builtins, io\nfrom contextlib import redirect_stdout\nbuiltins.input = lambda *a: "2"\nwith redirect_stdout(io.StringIO()) as out:\n    f(1)\nassert out.getvalue() == "3\\n"',
    'import builtins\nsaid = []\nsetattr(builtins, "input", lambda *a: "2")\nbuiltins.print = said.append\nf(1)\nassert said == [3]',
    'import io\nfrom unittest.mock import patch\n@patch("builtins.input", side_effect=["2"])\n@patch("sys.stdout", new_callable=io.StringIO)\ndef test(out, _):\n    f(1)\n    assert out.getvalue() == "3\\n"\ntest()',
  ])('what it gives the program to use: %s', async (source) => {
    expect(await judge(reads, source)).toMatchObject({ outcome: 'passed', judged: 'inside' });
    const wrong = 'def f(x):\n    print(x)';
    expect(await judge(wrong, source)).toMatchObject({ outcome: 'failed', judged: 'inside' });
  });

  test('the docstring of the function is its own', async () => {
    expect(await judge('def f(x):\n    return x', 'assert f.__doc__')).toMatchObject({ outcome: 'failed' });
    expect(await judge('def f(x):\n    "Adds."', 'assert f.__doc__ == "Adds."')).toMatchObject({
      outcome: 'passed',
    });
  });

  test.each([
    'def check(candidate):\n    try:\n        candidate(lambda x: x)\n        ok = False\n    except:\n        ok = True\n    assert ok',
    'import contextlib\ndef check(candidate):\n    found = []\n    with contextlib.suppress(BaseException):\n        candidate(lambda x: x)\n        found.append(1)\n    assert not found',
  ])('a test that swallows every exception is judged there too: %s', async (source) => {
    const check = { kind: 'check' as const, source };
    expect(await judge('def f(g):\n    return g(2)', check)).toMatchObject({
      outcome: 'failed',
      judged: 'inside',
    });
    expect(await judge('def f(g):\n    raise ValueError', check)).toMatchObject({
      outcome: 'passed',
      judged: 'inside',
    });
  });

  test('not where a value of the program’s choice is too deep to be handed back', async () => {
    const deep = 'def f(x):\n    for _ in range(60):\n        x = (x,)\n    return x';
    expect(await judge(deep, 'assert f((f(1),)) != 1')).toMatchObject({
      outcome: 'raised',
      judged: 'outside',
      exception: { type: 'TooDeep' },
    });
    const source = 'a = 1\nfor _ in range(200):\n    a = [a]\nassert f(a) is a';
    expect(await judge('def f(x):\n    return x', source)).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
    });
  });

  test('a failing one fails', async () => {
    expect(await judge(point, 'assert f(1) == Point(1, 3)')).toMatchObject({
      outcome: 'failed',
      judged: 'inside',
    });
    const source = 'def double(x):\n    return x * 2\nassert f(double) == 5';
    expect(await judge('def f(g):\n    return g(2)', source)).toMatchObject({
      outcome: 'failed',
      judged: 'inside',
    });
  });
});

describe('setup code', () => {
  test('may build arguments of the program’s own classes (MBPP 367)', async () => {
    const program =
      'class Node:\n    def __init__(self, data):\n        self.data, self.left = data, None\ndef f(node):\n    return 0 if node is None else 1 + f(node.left)';
    const setup = 'root = Node(1)\nroot.left = Node(2)';
    expect(await judge(program, 'assert f(root) == 2', setup)).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
    });
  });

  test('that stands alone gives the test its own values', async () => {
    const program = 'def f(x):\n    return sum(x)\nwanted = 1';
    expect(await judge(program, 'assert f(values) == wanted', 'values = [1, 2]\nwanted = 3')).toMatchObject({
      outcome: 'passed',
    });
    expect(
      await judge('def f(x):\n    return 1', 'assert f(values) == wanted', 'values = [1, 2]\nwanted = 3'),
    ).toMatchObject({ outcome: 'failed' });
  });

  test('that imports', async () => {
    expect(await judge(increment, 'assert math.floor(f(1)) == 2', 'import math')).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
    });
  });
});

describe('check', () => {
  const check = (source: string): ProgramTest => ({ kind: 'check', source });

  test('passes and fails by its asserts', async () => {
    expect(
      await judge(
        increment,
        check('def check(candidate):\n    for i in range(100):\n        assert candidate(i) == i + 1'),
      ),
    ).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
      call: 'f(99)',
      returned: '100',
    });
    expect(
      await judge(
        increment,
        check(
          'def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 4, "two"\n    assert candidate(3) == 4',
        ),
      ),
    ).toMatchObject({
      outcome: 'failed',
      call: 'f(2)',
      returned: '3',
      detail: 'two',
    });
  });

  test('keeps the program’s state between calls', async () => {
    const program = 'seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)';
    expect(
      (
        await judge(
          program,
          check('def check(candidate):\n    assert [candidate(0) for _ in range(3)] == [1, 2, 3]'),
        )
      ).outcome,
    ).toBe('passed');
  });

  test('without the entry point in the program', async () => {
    expect(await judge('x = 1', check('def check(candidate):\n    assert candidate(1) == 2'))).toMatchObject({
      outcome: 'raised',
      exception: { type: 'NameError' },
    });
  });
});

describe('io', () => {
  const io = (stdin: string, expectedStdout: string): ProgramTest => ({ kind: 'io', stdin, expectedStdout });

  test.each([
    ['input()', 'print(int(input()) + int(input()))'],
    ['sys.stdin', 'import sys\nprint(sum(map(int, sys.stdin)))'],
    ['sys.stdin.buffer', 'import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))'],
    ['open(0)', 'print(sum(map(int, open(0).read().split())))'],
    ['os.read', 'import os\nprint(sum(map(int, os.read(0, 100).split())))'],
    ['a solve() that does not call itself', 'def f():\n    print(int(input()) + int(input()))'],
    ['a solve() that does', 'def f():\n    print(int(input()) + int(input()))\nf()'],
    ['main', 'if __name__ == "__main__":\n    print(int(input()) + int(input()))'],
    ['os.write', 'import os\nos.write(1, b"3")'],
    ['and exits', 'print(int(input()) + int(input()))\nexit()'],
    ['and exits with 0', 'import sys\nprint(int(input()) + int(input()))\nsys.exit(0)'],
    ['and raises SystemExit', 'print(int(input()) + int(input()))\nraise SystemExit'],
    ['a solve() that exits', 'def f():\n    print(int(input()) + int(input()))\n    exit()'],
    [
      'a solve() that is called and exits',
      'def f():\n    print(int(input()) + int(input()))\n    exit()\nf()',
    ],
    ['a solve() whose call has a comment', 'def f():\n    print(int(input()) + int(input()))\nf() # go'],
    [
      'a solve() that is not called last',
      'def f():\n    print(int(input()) + int(input()))\nif __name__ == "__main__":\n    f()\n    pass',
    ],
    [
      'a solve() that another function calls',
      'def g():\n    f()\ndef f():\n    print(int(input()) + int(input()))\ng()',
    ],
    [
      'a solve() that nobody calls',
      'def f():\n    print(int(input()) + int(input()))\nif __name__ == "__main__":\n    pass',
    ],
  ])('reads %s', async (_name, program) => {
    expect(await judge(program, io('1\n2\n', '3\n'))).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
      stdout: expect.stringMatching(/^3/),
    });
  });

  test('fails where the output is another, raises where the program does', async () => {
    expect((await judge('print(1)', io('', '2'))).outcome).toBe('failed');
    expect(await judge('print(input())', io('', '2'))).toMatchObject({
      outcome: 'raised',
      exception: { type: 'EOFError', line: 1 },
    });
    expect((await judge('print(1)\nexit()', io('', '2'))).outcome).toBe('failed');
    expect(await judge('print(2)\nexit(1)', io('', '2'))).toMatchObject({
      outcome: 'raised',
      exception: { type: 'SystemExit' },
    });
  });

  test('passes where it comes to its end, if no output is expected', async () => {
    const whole: ProgramTest = { kind: 'io', stdin: '1' };
    const { outcome, judged, stdout } = await judge('print(input())', whole);
    expect({ outcome, judged, stdout }).toEqual({ outcome: 'passed', judged: undefined, stdout: '1\n' });
    expect((await judge('print(input() + 1)', whole)).outcome).toBe('raised');
  });

  test('an expected output larger than what is kept', async () => {
    const expected = 'x'.repeat(200_000);
    const result = await judge('print("x" * 200_000)', io('', expected));
    expect(result).toMatchObject({ outcome: 'passed', stdoutTruncated: true });
    expect(result.stdout).toHaveLength(65_536);
  });
});

test.each(['import unittest\n    unittest.main()', 'print(f(int(input())))', 'import sys\n    sys.exit(0)'])(
  'what is there for whoever starts the program is not run before tests: %s',
  async (own) => {
    const program = `import pickle\nclass A:\n    x = 1\n${increment}\nif __name__ == "__main__":\n    ${own}\n`;
    expect(await judge(program, 'assert f(1) == 2')).toMatchObject({ outcome: 'passed', judged: 'outside' });
    const pickles = `${program}def f(x):\n    return pickle.loads(pickle.dumps(A())).x`;
    expect(await judge(pickles, 'assert f(1) == 1')).toMatchObject({ outcome: 'passed' });
  },
);

test('without an entry point the first call of the program counts', async () => {
  expect(await judge(increment, 'assert f(1) == 2', '', '')).toMatchObject({
    outcome: 'passed',
    call: 'f(1)',
    returned: '2',
  });
  expect(await judge('def sum(a, b):\n    return a * b', 'assert sum(2, 3) == 6', '', '')).toMatchObject({
    outcome: 'passed',
    call: 'sum(2, 3)',
  });
});

test('a test that cannot be read is an outcome too', async () => {
  expect(await judge(increment, 'assert f(1) == No solution')).toMatchObject({
    outcome: 'raised',
    exception: { type: 'SyntaxError' },
  });
});

test.each([
  'import math\nmath.gcd = None\nassert f(1) == 2',
  'import math\nassert setattr(math, "gcd", None) is None and f(1) == 2',
  'import sys\nsys.setrecursionlimit(60)\nassert f(1) == 2',
  'def check(candidate):\n    import random\n    random.seed = None\n    assert candidate(1) == 2',
])('a test that alters the judge alters it for no other: %s', async (source) => {
  const kind = source.includes('check') ? ('check' as const) : ('assert' as const);
  expect(await judge(increment, { kind, source })).toMatchObject({ outcome: 'passed' });
  const next = 'import math\nassert math.gcd(4, 6) == 2 and sum([f(i) for i in range(3)]) == 6';
  expect(await judge(increment, next)).toMatchObject({ outcome: 'passed', judged: 'outside' });
});

test('many tests in one message do not see each other', async () => {
  const program = 'calls = 0\ndef f(x):\n    global calls\n    calls += 1\n    return calls';
  const tests = Array.from({ length: 5 }, () => ({ kind: 'assert' as const, source: 'assert f(0) == 1' }));
  const { results } = await runner.run({ program, entryPoint: 'f', tests, trace: false });
  expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill('passed'));
});
