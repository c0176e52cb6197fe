import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ProgramRunner } from '../../src/program-runner.ts';
import { readTests } from '../../src/task/read-tests.ts';

const program = `
class Empty(ValueError):
    pass

def mean(xs):
    """The average.

    >>> mean([1, 2])
    1.5
    >>> mean([])
    Traceback (most recent call last):
        ...
    Empty: no numbers
    """
    if not xs:
        raise Empty('no numbers')
    return sum(xs) / len(xs)
`;
const wrong = program.replace('/ len(xs)', '/ (len(xs) + 1)').replace("Empty('no numbers')", "Empty('none')");

const file = `
import math
import pytest
from pytest import approx
from solution import Empty, mean

made = []

@pytest.fixture
def numbers():
    made.append('numbers')
    return [1, 2, 4]

@pytest.fixture()
def doubled(numbers):
    yield [2 * n for n in numbers]
    made.clear()

@pytest.fixture(autouse=True)
def begin():
    made.append('begin')

def test_fixture(numbers):
    assert made == ['begin', 'numbers']
    assert mean(numbers) == approx(7 / 3)

def test_fixtures_share(doubled, numbers):
    assert numbers == [1, 2, 4] and made == ['begin', 'numbers']
    assert mean(doubled) == pytest.approx(14 / 3)

@pytest.mark.parametrize(
    'xs, expected',
    [
        pytest.param([2], 2, id='one'),
        pytest.param([2, 4], 3, id='two'),
        ([1, 1], 1),
        pytest.param([], 0, marks=pytest.mark.xfail(reason='empty')),
        pytest.param([1], 5, marks=[pytest.mark.skip]),
    ],
    ids=str,
)
def test_cases(xs, expected):
    assert mean(xs) == expected

@pytest.mark.parametrize('n', [pytest.param(3), 4])
@pytest.mark.parametrize('factor', (1, 2))
def test_grid(n, factor, numbers):
    assert mean([n * factor] * 2) == n * factor and len(numbers) == 3

def test_raises():
    with pytest.raises(Empty, match=r'no \\w+') as caught:
        mean([])
    assert caught.type is Empty

class TestMean:
    def setup_method(self):
        self.xs = [4, 4]

    @pytest.mark.parametrize('extra', [[4], [4, 4]])
    def test_more(self, extra):
        assert mean(self.xs + extra) == 4

    def test_numbers(self, numbers):
        assert math.isclose(mean(numbers), 7 / 3)

@pytest.mark.skip
def test_never():
    assert False
`;

describe.each(['pyodide', 'cpython'] as const)('a file of pytest, in %s', (backend) => {
  const here = backend === 'pyodide' || process.platform === 'linux';
  let runner: ProgramRunner;
  beforeAll(async () => {
    if (!here) return;
    const python = backend === 'cpython' ? { python: '/usr/bin/python3' } : {};
    runner = await createRunner({ backend, maxWorkers: 1, limits: { timeoutMs: 30_000 }, ...python });
  });
  afterAll(() => runner?.dispose());

  const run = async (source: string) => {
    const { tests } = readTests(file, { programModule: 'solution' });
    return (await runner.run({ program: source, tests, trace: true })).results;
  };

  test.skipIf(!here)(
    'fixtures, cases, marks, raises, approx and classes pass with a right program',
    async () => {
      const results = await run(program);
      expect(results.map(({ outcome, judged, exception }) => ({ outcome, judged, exception }))).toEqual(
        Array.from({ length: 7 }, () => ({ outcome: 'passed', judged: 'outside', exception: undefined })),
      );
    },
  );

  test.skipIf(!here)('and every one fails with a wrong one', async () => {
    expect((await run(wrong)).map(({ outcome }) => outcome)).toEqual(Array(7).fill('failed'));
  });

  test.skipIf(!here)('a coroutine is awaited, so that its assert counts', async () => {
    const { tests } = readTests('async def test_one():\n    assert await f(1) == 2\n');
    const outcomes = await Promise.all(
      [1, 2].map(async (by) => {
        const source = `import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + ${by}`;
        return (await runner.run({ program: source, tests, trace: false })).results[0]!.outcome;
      }),
    );
    expect(outcomes).toEqual(['passed', 'failed']);
  });

  test.skipIf(!here)('doctests of the program itself', async () => {
    const own = readTests(program, { besideProgram: true });
    const outcomes = async (source: string) =>
      (await runner.run({ program: source, tests: own.tests, trace: true })).results.map(
        ({ outcome }) => outcome,
      );
    expect(await outcomes(program)).toEqual(['passed', 'passed']);
    expect(await outcomes(wrong.replace('raise Empty', 'return Empty'))).toEqual(['failed', 'failed']);
  });
});
