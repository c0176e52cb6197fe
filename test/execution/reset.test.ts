import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ExecutionReport, ProgramRunner } from '../../src/program-runner.ts';

let runner: ProgramRunner;
beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});
afterAll(() => runner.dispose());

// Everything that a reset must put back shows in this program's output: ids, hashes, random numbers, modules.
const probe = `import random, sys, gc, os, math, json, decimal
state = {}
def f(x):
    print(random.random(), hash("x"), id(state), id(object()), len(sys.modules), sorted(sys.modules) == list(sys.modules))
    print(math.sqrt(4), json.dumps([1]), decimal.Decimal(1) / 3, sys.getrecursionlimit(), gc.isenabled(), gc.get_count())
    print(sorted(os.environ.items()), sys.path, sys.argv, os.getcwd(), os.listdir("/"), {1: 2, "a": "b"}, {"b", "a", "c"})
    return x
`;
const run = (program: string, trace = true, timeoutMs = 500) =>
  runner.run({
    program,
    entryPoint: 'f',
    trace,
    tests: [{ kind: 'assert', source: 'assert f(1) == 1' }],
    limits: { timeoutMs },
  });
const withoutTimes = ({ results }: ExecutionReport) => results.map(({ elapsedMs: _, ...result }) => result);

describe('nothing of a program is left for the next', () => {
  test.each([
    [
      'builtins',
      'import sys\nb = print.__self__\nb.len = lambda x: 42\nb.print = None\nsys.modules["builtins"].range = None',
    ],
    [
      'modules',
      'import math, json, sys\nmath.sqrt = lambda x: 0\njson.dumps = None\nsys.modules["math"] = None\ndel sys.modules["json"]',
    ],
    [
      'the tracer and the harness',
      'import sys\nfor n in [n for n in sys.modules if n.startswith("tracewise")]:\n    for k in list(vars(sys.modules[n])):\n        setattr(sys.modules[n], k, None)',
    ],
    [
      'interpreter settings',
      'import sys, gc, decimal, os, random\nsys.setrecursionlimit(50)\ngc.disable()\ndecimal.getcontext().prec = 3\nos.environ["A"] = "b"\nsys.path.insert(0, "/x")\nrandom.seed(1)',
    ],
    [
      'streams',
      'import sys, os\nsys.stdout.close()\nfor fd in range(10):\n    try: os.close(fd)\n    except OSError: pass',
    ],
    ['open files', 'import os\nkept = [open("/dev/null") for _ in range(50)]'],
    ['a killed loop', 'x = [bytearray(10**6) for _ in range(20)]\nwhile True: pass'],
    ['a stack overflow', 'import sys\nsys.setrecursionlimit(10**9)\ndef g(): return [g()]\ng()'],
    ['a crash', 'import faulthandler\nfaulthandler._sigsegv()'],
    ['a hidden secret', 'import sys\nsecret = "SECRET" * 100000\nsys.intern(secret)'],
    [
      'type methods through gc',
      'import gc\nd = gc.get_referents(str.__dict__)[0]\nd["upper"] = lambda s: "changed"',
    ],
  ])('%s', async (_name, mutation) => {
    const before = withoutTimes(await run(probe));
    await run(`${mutation}\ndef f(x):\n    return 1`);
    expect(withoutTimes(await run(probe))).toEqual(before);
    expect(before[0]!.outcome).toBe('passed');
  });
});

test('the same request gives the same result 100 times, bit for bit', async () => {
  const reports = await Promise.all(Array.from({ length: 100 }, () => run(probe)));
  const texts = new Set(reports.map((report) => JSON.stringify(withoutTimes(report))));
  expect(texts.size).toBe(1);
});

test('an interpreter that grew is replaced, and the next program finds the usual one', async () => {
  const before = withoutTimes(await run(probe));
  const grow = 'def f(x):\n    a = bytearray(200 << 20)\n    return 1';
  // On a machine under load, fresh memory takes its time.
  expect((await run(grow, true, 20_000)).results[0]!.outcome).toBe('passed');
  expect(withoutTimes(await run(probe))).toEqual(before);
  const small = await runner.run({
    program: grow,
    entryPoint: 'f',
    trace: false,
    tests: [{ kind: 'assert', source: 'assert f(1) == 1' }],
    limits: { memoryBytes: 32 << 20 },
  });
  expect(small.results[0]!.outcome).toBe('out-of-memory');
});
