import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ExecutionLimits, ProgramRunner } from '../../src/program-runner.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

const run = async (program: string, limits: Partial<ExecutionLimits> = {}) => {
  const tests = [{ kind: 'assert' as const, source: 'assert f(1) == 1' }];
  return (await runner.run({ program, entryPoint: 'f', trace: false, tests, limits })).results[0]!;
};

test('what tests import is there when the time of a run begins', async () => {
  const loaded =
    'import sys\ndef f(x):\n    return all(m in sys.modules for m in ("unittest", "unittest.mock"))';
  expect((await run(loaded)).outcome).toBe('passed');
});

describe('recursion', () => {
  test('without end', async () => {
    expect(await run('def f(x):\n    return f(x)')).toMatchObject({
      outcome: 'raised',
      exception: { type: 'RecursionError' },
    });
  });

  test('deep, with a raised limit', async () => {
    const program =
      'import sys\nsys.setrecursionlimit(60000)\ndef g(n):\n    return 0 if n == 0 else 1 + g(n - 1)\ndef f(x):\n    return g(50000) - 49999';
    expect(await run(program, { timeoutMs: 5000 })).toMatchObject({ outcome: 'passed' });
  });

  test('in C', async () => {
    const program =
      'def f(x):\n    a = []\n    for _ in range(10**6):\n        a = [a]\n    return len(repr(a))';
    expect(['raised', 'killed']).toContain((await run(program, { timeoutMs: 20_000 })).outcome);
  });
});

describe('output', () => {
  test('is cut, and the rest not kept', async () => {
    const result = await run(
      'def f(x):\n    for _ in range(20000):\n        print("0123456789" * 10)\n    return 1',
      { timeoutMs: 5000 },
    );
    expect(result).toMatchObject({ outcome: 'passed', stdoutTruncated: true });
    expect(result.stdout).toHaveLength(65_536);
  });

  test('without end is ended long before its time', async () => {
    const result = await run('def f(x):\n    while True:\n        print("0123456789" * 10**4)', {
      timeoutMs: 60_000,
    });
    expect(result).toMatchObject({ outcome: 'killed', detail: 'too much output', stdoutTruncated: true });
    expect(result.stdout).toHaveLength(65_536);
    expect((await run('def f(x):\n    return 1')).outcome).toBe('passed');
  });

  test('of a killed program is there up to its last line', async () => {
    expect(
      await run('def f(x):\n    print("one")\n    print("two", end="")\n    while True: pass', {
        timeoutMs: 200,
      }),
    ).toMatchObject({ outcome: 'timed-out', stdout: 'one\n' });
  });
});

describe('time', () => {
  test.each([
    ['a loop', 'while True: pass'],
    [
      'a loop that catches everything',
      'while True:\n        try:\n            while True: pass\n        except BaseException:\n            continue',
    ],
    ['sleep', 'import time\n    time.sleep(60)'],
    ['a regular expression', 'import re\n    re.match(r"(a+)+$", "a" * 40 + "b")'],
    ['a big integer', 'return 10 ** 10 ** 8'],
    ['a loop in finally', 'try:\n        return 1\n    finally:\n        while True: pass'],
  ])('%s', async (_name, body) => {
    const result = await run(`def f(x):\n    ${body}`, { timeoutMs: 200 });
    expect(result.outcome).toBe('timed-out');
    // Stopped in its thread, not by the watchdog; far from 60 s on a machine under load too.
    expect(result.detail).toBeUndefined();
    expect(result.elapsedMs).toBeLessThan(5000);
  });

  test('at module level is spent once, not once a test', async () => {
    const tests = [1, 2, 3].map((x) => ({ kind: 'assert' as const, source: `assert f(${x}) == 1` }));
    const { results } = await runner.run({
      program: 'while True: pass',
      entryPoint: 'f',
      trace: false,
      tests,
      limits: { timeoutMs: 300 },
    });
    expect(results.map(({ outcome, call }) => [outcome, call])).toEqual([
      ['timed-out', 'f(1)'],
      ['timed-out', 'f(2)'],
      ['timed-out', 'f(3)'],
    ]);
    expect(results.map(({ elapsedMs }) => elapsedMs > 0)).toEqual([true, false, false]);
  });

  test('of the test itself counts as well', async () => {
    const tests = [{ kind: 'assert' as const, source: 'while f(1) == 1:\n    pass' }];
    const { results } = await runner.run({
      program: 'def f(x):\n    return 1',
      entryPoint: 'f',
      trace: false,
      tests,
      limits: { timeoutMs: 200 },
    });
    expect(results[0]!.outcome).toBe('timed-out');
  });
});

describe('memory', () => {
  test.each([
    ['lists', 'a = []\n    while True: a.append([0] * 10**5)'],
    ['one string', 'a = "x"\n    while True: a += a'],
    ['a set', 'a = set(range(10**8))'],
  ])('%s', async (_name, body) => {
    const result = await run(`def f(x):\n    ${body}`, { memoryBytes: 48 << 20, timeoutMs: 8000 });
    expect(result.outcome).toBe('out-of-memory');
  });

  test('less than an interpreter needs is refused', async () => {
    await expect(run('def f(x):\n    return 1', { memoryBytes: (8 << 20) - 1 })).rejects.toThrow(
      /is less than the 8 MB[\s\S]*limits\.memoryBytes/,
    );
    await run('def f(x):\n    return 1', { memoryBytes: 8 << 20 });
    const started = performance.now();
    for (let i = 0; i < 20; i++) {
      const { outcome } = await run('def f(x):\n    return 1', { memoryBytes: 8 << 20 });
      expect(outcome).toBe('passed');
    }
    // Starting an interpreter takes a quarter of a second.
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('a program may catch it and go on', async () => {
    expect(
      await run('def f(x):\n    try:\n        bytearray(10**9)\n    except MemoryError:\n        return 1'),
    ).toMatchObject({ outcome: 'passed' });
  });
});

test('a value too large to send is no crash', async () => {
  expect(['killed', 'failed', 'out-of-memory']).toContain(
    (await run('def f(x):\n    return "x" * (20 << 20)')).outcome,
  );
});
