import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../../src/execution/create-runner.ts';
import type { ExecutionRequest, ProgramRunner } from '../../../src/program-runner.ts';
import { bombs } from './bombs.ts';
import { craftedObjects, forgedTests, forgeries } from './forgeries.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

const honest: ExecutionRequest = {
  program: 'def f(x):\n    return x * 2',
  entryPoint: 'f',
  trace: true,
  tests: [
    { kind: 'assert', source: forgedTests.assert },
    { kind: 'check', source: 'def check(candidate):\n    assert candidate(21) == 42' },
  ],
};

const wrong = 'def f(x):\n    return x';

async function medianMs(times: number): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    const { results } = await runner.run(honest);
    taken.push(performance.now() - started);
    expect(results.map(({ outcome }) => outcome)).toEqual(['passed', 'passed']);
  }
  return taken.sort((a, b) => a - b)[times >> 1]!;
}

describe('nothing passes that should not', () => {
  test.each(forgeries.map(({ tries, program }) => [tries, program]))('%s', async (_tries, program) => {
    const tests = [
      { kind: 'assert' as const, source: forgedTests.assert },
      { kind: 'check' as const, source: forgedTests.check },
      { kind: 'io' as const, stdin: '21', expectedStdout: '42' },
    ];
    for (const trace of [true, false]) {
      const { results } = await runner.run({
        program,
        entryPoint: 'f',
        tests,
        trace,
        limits: { timeoutMs: 3000 },
      });
      expect(results.map(({ outcome }) => outcome)).not.toContain('passed');
      // A verdict of the program's own making would be marked; these have none.
      for (const { judged } of results) expect(judged).not.toBe('inside');
      const next = await runner.run({ ...honest, program: wrong });
      expect(next.results.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    }
  });
});

describe('no object made to please a test passes it', () => {
  test.each(craftedObjects.map(({ tries, source, program }) => [tries, source, program]))(
    '%s: %s',
    async (_tries, source, program) => {
      const tests = [{ kind: 'assert' as const, source }];
      const { results } = await runner.run({ program, entryPoint: 'f', tests, trace: false });
      expect(results[0]!.outcome).not.toBe('passed');
      expect(results[0]!.judged).toBe('outside');
    },
  );
});

describe('every bomb is held', () => {
  test.each(bombs.map(({ tries, program, ends }) => [tries, program, ends] as const))(
    '%s',
    async (_tries, program, ends) => {
      // What must run into another bound first gets the time to, on a machine under load too.
      const timeoutMs = ends.includes('timed-out') ? 500 : 10_000;
      const tests = [{ kind: 'assert' as const, source: 'assert f(1) == "never"' }];
      for (const trace of [true, false]) {
        const started = performance.now();
        const limits = { timeoutMs, memoryBytes: 64 << 20 };
        const { results } = await runner.run({ program, entryPoint: 'f', tests, trace, limits });
        expect(ends).toContain(results[0]!.outcome);
        // The deadline, the watchdog behind it and a new thread take under a second; a machine under load, some.
        expect(performance.now() - started).toBeLessThan(20_000);
      }
    },
  );
});

test('a failure told within the test is text, whatever was said', async () => {
  const said = '{"raised": {"assertion": true, "line": null, "message": {"toString": 1}}}';
  // Its first reply is on the program as it was loaded.
  const program = `import sys\nm = vars(sys.modules["tracewise.program"])\ndumps, replies = m["_dumps"], []\nm["_dumps"] = lambda o: '${said}' if replies.append(o) or len(replies) > 1 else dumps(o)\ndef f(x): return 0`;
  const tests = [{ kind: 'assert' as const, source: 'import asyncio\nassert f(21) == 42' }];
  const { results } = await runner.run({ program, entryPoint: 'f', tests, trace: false });
  expect(results[0]).toMatchObject({ outcome: 'failed', judged: 'inside' });
});

test('after all that, a clean program runs as ever', async () => {
  await medianMs(5);
  const used = await medianMs(40);
  await using fresh = await createRunner({ maxWorkers: 1 });
  const first = runner;
  runner = fresh;
  await medianMs(5);
  const unused = await medianMs(40);
  runner = first;
  expect(used).toBeLessThan(unused * 4 + 20);
});
