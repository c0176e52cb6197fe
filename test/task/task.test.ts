import { describe, expect, it } from 'vitest';
import { readTask } from '../../src/task/read-task.ts';
import { parseTask } from '../../src/task/task.ts';

const json = { id: 7, text: 'Add.', tests: ['assert add(1, 2) == 3'] };
const sources = (task: ReturnType<typeof readTask>) =>
  task.tests.map((test) => ('source' in test ? test.source : test.kind));

describe('a JSON task', () => {
  it('is completed: the id as text, the name from the first assert, tests as objects', () => {
    expect(readTask(JSON.stringify(json))).toMatchObject({
      id: '7',
      entryPoint: 'add',
      tests: [{ kind: 'assert', source: 'assert add(1, 2) == 3' }],
      hiddenTests: [],
      setupCode: '',
    });
  });

  it.each([
    ['assert set(f(1)) == {1}', 'f'],
    ['assert not is_odd(2)', 'is_odd'],
    ['assert isinstance(f(1), int)', 'f'],
    ['assert hé(1) == 2', 'hé'],
    ['assert max(f(1), 2) in (1, 2)', 'f'],
    ['assert sum(1, 2) == 3', 'sum'],
    ['assert (max_of)([1]) == 1', undefined],
    ['assert math.isclose(area(2), 3.1)', 'area'],
    ['assert abs(mean([1]) - 1) < 1e-9', 'mean'],
  ])('finds the name in %s', (test, entryPoint) => {
    if (entryPoint) expect(parseTask({ text: 'x', tests: [test] }).entryPoint).toBe(entryPoint);
    else expect(() => parseTask({ text: 'x', tests: [test] })).toThrow('entryPoint');
  });

  it('takes the name from a signature first', () => {
    expect(parseTask({ ...json, signature: 'def plus(a, b):' }).entryPoint).toBe('plus');
  });

  it.each([
    [{ text: 'x' }, 'tests'],
    [{ ...json, tests: [] }, 'at least one visible test'],
    [{ ...json, entryPoint: 'a b' }, 'not a Python name'],
    [{ ...json, entryPoint: 'class' }, 'keyword'],
    [{ ...json, test_list: [] }, 'test_list'],
    [{ ...json, text: ' ' }, 'is empty'],
  ])('says what is wrong with %j', (task, message) => {
    expect(() => parseTask(task)).toThrow(message);
  });

  it.each([
    'f(2) == 99',
    'type(f(2)) == int',
    'match(f(2))',
    'x = 2\nf(x) == 99',
    "f('assert') == 1",
    'f(a=2)',
  ])('refuses a test that passes whatever it comes to: %j', (test) => {
    expect(() => parseTask({ text: 'x', tests: [test] })).toThrow(/can fail.*write `assert …`/s);
    expect(() => parseTask({ text: 'x', tests: [{ kind: 'assert', source: test }] })).toThrow('can fail');
  });

  it.each([
    'x = 2\nassert f(x) == 99',
    'try:\n    f(2)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError()',
    'with pytest.raises(ValueError):\n    f(2)',
    'unittest.TestCase().assertEqual(f(2), 4)',
    'y = f(2); assert y == 4',
  ])('takes a test that can fail: %j', (test) => {
    expect(parseTask({ text: 'x', entryPoint: 'f', tests: [test] }).tests).toHaveLength(1);
  });

  it('takes a call of a helper whose setup holds the assert', () => {
    const setupCode = 'def same(a, b):\n    assert a == b\n';
    expect(parseTask({ text: 'x', entryPoint: 'f', setupCode, tests: ['same(f(2), 4)'] }).entryPoint).toBe(
      'f',
    );
  });

  it('finds a name in any script', () => {
    expect(parseTask({ text: 'x', tests: ['assert größe(1) == 1'] }).entryPoint).toBe('größe');
    expect(parseTask({ ...json, signature: 'def π(x):' }).entryPoint).toBe('π');
  });

  it('says where JSON breaks', () => {
    expect(() => readTask('{"text": ')).toThrow(/JSON task.*does not parse/);
  });
});

describe('a Python task', () => {
  it('takes stub, docstring, doctest examples, asserts and what stands before', () => {
    const task = readTask(`import math
from typing import List

def helper(x):
    """Doubles."""
    return 2 * x

def area(rs: List[float],
         scale=1) -> float:
    """Sum of the circles' areas.

    More words.
    >>> area([1])
    3.14
    >>> rs = [2]
    >>> area(rs)
    12.57
    >>> area(None)
    Traceback (most recent call last):
        ...
    TypeError: no
    >>> helper(2)
    4
    """

assert area([]) == 0
assert area(
    [0, 0]) == 0
`);
    expect(task).toMatchObject({
      entryPoint: 'area',
      signature: 'def area(rs: List[float],\n         scale=1) -> float:',
    });
    expect(task.preamble).toBe(
      'import math\nfrom typing import List\n\ndef helper(x):\n    """Doubles."""\n    return 2 * x\n',
    );
    expect(task.text).toMatch(/^Sum of the circles' areas\.\n\nMore words\./);
    expect(sources(task)).toEqual([
      'assert area([1]) == 3.14',
      'rs = [2]\nassert area(rs) == 12.57',
      'rs = [2]\ntry:\n    area(None)\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError("TypeError expected")',
      'assert area([]) == 0',
      'assert area(\n    [0, 0]) == 0',
    ]);
  });

  it.each(['...', 'pass', 'raise NotImplementedError', 'raise NotImplementedError("todo")  # later'])(
    'knows a stub by %s',
    (body) => {
      expect(readTask(`# Halve it.\ndef half(x):\n    ${body}\nassert half(4) == 2\n`)).toMatchObject({
        entryPoint: 'half',
        text: 'Halve it.',
        signature: 'def half(x):',
        preamble: '',
      });
    },
  );

  it('reads a stub on one line and Windows line ends', () => {
    expect(readTask('# Halve it.\r\ndef half(x): ...\r\nassert half(4) == 2\r\n')).toMatchObject({
      signature: 'def half(x):',
      entryPoint: 'half',
    });
  });

  it("reads HumanEval's check", () => {
    const task = readTask(
      'def f(x):\n    """Adds one."""\n\ndef check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n',
    );
    expect(task.tests).toEqual([
      {
        kind: 'check',
        source: 'def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3',
      },
    ]);
  });

  it.each([
    ['def f(x):\n    return 1\n', 'without a body'],
    ['def f(x): return 1\n', 'without a body'],
    ['def f(x):\n    pass\nassert f(1) == 1', 'docstring'],
    ['def f(x):\n    """Adds."""\n', 'visible test'],
  ])('says what is missing in %j', (source, message) => {
    expect(() => readTask(source)).toThrow(message);
  });
});
