import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ExecutionRequest, ProgramRunner, TestResult } from '../../src/program-runner.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

async function runOne(request: Partial<ExecutionRequest> & { program: string }): Promise<TestResult> {
  const tests = request.tests ?? [{ kind: 'assert' as const, source: 'assert f(2) == 3' }];
  const { results } = await runner.run({
    entryPoint: 'f',
    trace: true,
    limits: { timeoutMs: 400 },
    ...request,
    tests,
  });
  expect(results).toHaveLength(tests.length);
  return results[0]!;
}

describe('one program for each outcome', () => {
  test('passed, with everything the signal needs', async () => {
    const result = await runOne({ program: 'def f(x):\n    y = x + 1\n    print(y)\n    return y\n' });
    expect(result).toMatchObject({
      outcome: 'passed',
      judged: 'outside',
      call: 'f(2)',
      returned: '3',
      expected: '3',
      returnedLocals: ['y'],
      expectedLocals: ['y'],
      stdout: '3\n',
      stdoutTruncated: false,
    });
    expect(result.exception).toBeUndefined();
  });

  test('failed: no exception, but what was expected and which local held it', async () => {
    const result = await runOne({ program: 'def f(x):\n    total = x + 1\n    y = [x]\n    return y' });
    expect(result).toMatchObject({
      outcome: 'failed',
      returned: '[2]',
      returnedLocals: ['y'],
      expectedLocals: ['total'],
    });
    expect(result.exception).toBeUndefined();
  });

  test('raised', async () => {
    const result = await runOne({ program: 'def f(x):\n    return x + ""' });
    expect(result).toMatchObject({
      outcome: 'raised',
      exception: { type: 'TypeError', line: 2 },
      call: 'f(2)',
      expected: '3',
    });
  });

  test('timed-out, at its deadline, with the trace so far', async () => {
    const result = await runOne({
      program:
        'def f(x):\n    while True:\n        try:\n            x += 1\n        except BaseException:\n            pass',
    });
    expect(result).toMatchObject({ outcome: 'timed-out', traceEnded: 'events', call: 'f(2)' });
    expect(result.elapsedMs).toBeGreaterThanOrEqual(400);
    expect(result.elapsedMs).toBeLessThan(3000);
    expect(result.trace).toHaveLength(2000);
  });

  test('timed-out inside one call of C: the thread is ended, the trace and the other tests survive', async () => {
    const program =
      'def f(x):\n    if x == 2:\n        y = x * 2\n        return sum(range(10**11))\n    return x';
    const { results } = await runner.run({
      program,
      entryPoint: 'f',
      trace: true,
      limits: { timeoutMs: 300 },
      tests: [1, 2, 3].map((x) => ({ kind: 'assert', source: `assert f(${x}) == ${x}` })),
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'timed-out', 'passed']);
    expect(results[1]!.traceEnded).toBe('killed');
    expect(results[1]!.trace.at(-1)).toMatchObject({
      event: 'line',
      line: 4,
      changes: [{ name: 'y', value: '4', type: 'int' }],
    });
  });

  test('out-of-memory', async () => {
    const program = 'def f(x):\n    a = []\n    while True:\n        a.append(bytearray(10**6))';
    const result = await runOne({ program, limits: { timeoutMs: 5000, memoryBytes: 64 << 20 } });
    expect(result).toMatchObject({ outcome: 'out-of-memory', exception: { type: 'MemoryError' } });
  });

  test('killed: a denied host function', async () => {
    const program =
      'import _imp, importlib.machinery\ndef f(x):\n    core = _imp.create_builtin(importlib.machinery.ModuleSpec("_pyodide_core", None))\n    core.to_js([])';
    const result = await runOne({ program });
    expect(result.outcome).toBe('killed');
    expect(result.detail).toMatch(/^denied: /);
  });

  test('not-parsable, for every test', async () => {
    const tests = [1, 2].map((x) => ({ kind: 'assert' as const, source: `assert f(${x}) == ${x}` }));
    const { results } = await runner.run({
      program: 'def f(x:\n  pass',
      entryPoint: 'f',
      trace: true,
      tests,
    });
    expect(results.map(({ outcome, call }) => [outcome, call])).toEqual([
      ['not-parsable', 'f(1)'],
      ['not-parsable', 'f(2)'],
    ]);
    expect(results[0]!.exception).toMatchObject({ type: 'SyntaxError', line: 1 });
  });
});
