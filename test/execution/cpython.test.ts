import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkLayers } from '../../src/execution/cpython/check-layers.ts';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { ExecutionLimits, ProgramRunner, ProgramTest, TestResult } from '../../src/program-runner.ts';
import { bombs } from './adversarial/bombs.ts';
import { craftedObjects, forgedTests, forgeries } from './adversarial/forgeries.ts';
import { linuxProbes } from './adversarial/linux-probes.ts';
import { traceText } from './support/trace-text.ts';

const python = '/usr/bin/python3';
// The raw probes give numbers of system calls, which are those of x86_64.
const probes = linuxProbes.filter(({ x64 }) => !x64 || process.arch === 'x64');
const here = process.platform === 'linux' && existsSync(python);
if (!here) console.log('The cpython backend is not tested: it needs Linux and /usr/bin/python3.');

describe.skipIf(!here)('the cpython backend', () => {
  let runner: ProgramRunner;
  beforeAll(async () => {
    runner = await createRunner({ backend: 'cpython', python, maxWorkers: 1 });
  });
  afterAll(() => runner?.dispose());

  const run = async (
    program: string,
    test: string | ProgramTest = 'assert f(2) == 3',
    limits: Partial<ExecutionLimits> = {},
    trace = true,
  ): Promise<TestResult> => {
    const tests = [typeof test === 'string' ? { kind: 'assert' as const, source: test } : test];
    return (
      await runner.run({ program, entryPoint: 'f', trace, tests, limits: { timeoutMs: 600, ...limits } })
    ).results[0]!;
  };

  test('says what it is', () => expect(runner.name).toMatch(/^cpython 3\.\d+\.\d+/));

  describe('gives the same results as the default one', () => {
    test('passed', async () => {
      const result = await run('def f(x):\n    y = x + 1\n    print(y)\n    return y\n');
      expect(result).toMatchObject({
        outcome: 'passed',
        judged: 'outside',
        call: 'f(2)',
        returned: '3',
        expected: '3',
        returnedLocals: ['y'],
        expectedLocals: ['y'],
        stdout: '3\n',
      });
      expect(traceText(result.trace)).toEqual([
        '1 call <module>:0',
        '1 line <module>:1',
        '1 line <test>:6',
        '2 call f:1 x=2',
        '2 line f:2',
        '2 line f:3 y=3',
        '2 line f:4',
        '2 return f:4 -> 3',
      ]);
    });

    test.each<[string, string, string | ProgramTest, object]>([
      [
        'failed',
        'def f(x):\n    return x',
        'assert f(2) == 3',
        { outcome: 'failed', returned: '2', expected: '3' },
      ],
      [
        'raised',
        'def f(x):\n    return x + ""',
        'assert f(2) == 3',
        { outcome: 'raised', exception: { type: 'TypeError', line: 2 } },
      ],
      [
        'raised by the test',
        'def f(x):\n    return None',
        'assert f(2) < 3',
        { outcome: 'raised', judged: 'outside' },
      ],
      [
        'timed-out',
        'def f(x):\n    while True: pass',
        'assert f(2) == 3',
        { outcome: 'timed-out', call: 'f(2)' },
      ],
      [
        'timed-out in C',
        'def f(x):\n    y = 5\n    return sum(range(10**11))',
        'assert f(2) == 3',
        { outcome: 'timed-out', traceEnded: 'killed' },
      ],
      [
        'out-of-memory',
        'def f(x):\n    return bytearray(10**9)',
        'assert f(2) == 3',
        { outcome: 'out-of-memory' },
      ],
      ['killed', 'import os\ndef f(x):\n    os._exit(0)', 'assert f(2) == 3', { outcome: 'killed' }],
      [
        'killed by a crash',
        'import ctypes\ndef f(x):\n    ctypes.string_at(0)',
        'assert f(2) == 3',
        { outcome: 'killed' },
      ],
      [
        'not-parsable',
        'def f(x:',
        'assert f(2) == 3',
        { outcome: 'not-parsable', exception: { type: 'SyntaxError', line: 1 } },
      ],
      [
        'check',
        'def f(x):\n    return x + 1',
        {
          kind: 'check',
          source: 'def check(candidate):\n    for i in range(100):\n        assert candidate(i) == i + 1',
        },
        { outcome: 'passed', judged: 'outside', call: 'f(99)' },
      ],
      [
        'io',
        'print(int(input()) + 1)',
        { kind: 'io', stdin: '2\n', expectedStdout: '3' },
        { outcome: 'passed', judged: 'outside', stdout: '3\n' },
      ],
      [
        'io with f',
        'def f():\n    print(open(0).read())',
        { kind: 'io', stdin: 'a b', expectedStdout: 'a  b\n' },
        { outcome: 'passed' },
      ],
      [
        'inside',
        'class P:\n    def __eq__(self, o):\n        return True\ndef f(x):\n    return P()',
        'assert f(1) == P()',
        { outcome: 'passed', judged: 'inside' },
      ],
      [
        'an event loop',
        'import asyncio\nasync def f(x):\n    await asyncio.sleep(0.01)\n    return x',
        'import asyncio\nassert asyncio.run(f(1)) == 1',
        { outcome: 'passed', judged: 'inside' },
      ],
      [
        'a changed argument',
        'def f(x):\n    x.append(1)',
        'a = []\nf(a)\nassert a == [1]',
        { outcome: 'passed', judged: 'outside' },
      ],
      [
        'ctypes, which programs may need',
        'import ctypes\ndef f(x):\n    return ctypes.c_int(x).value',
        'assert f(1) == 1',
        { outcome: 'passed' },
      ],
    ])('%s', async (_name, program, source, expected) => {
      expect(await run(program, source)).toMatchObject(expected);
    });

    test('too much output', async () => {
      const result = await run('def f(x):\n    while True:\n        print("0123456789" * 10**4)', undefined, {
        timeoutMs: 60_000,
      });
      expect(result).toMatchObject({ outcome: 'killed', detail: 'too much output', stdoutTruncated: true });
      expect(result.stdout).toHaveLength(65_536);
    });

    test('parse', async () => {
      expect(
        await runner.parse([['def f(', 'def f():\n    "doc"\n    return 1 # x'], ['x ='], ['']]),
      ).toEqual([
        { index: 1, normalized: 'def f():\n    return 1' },
        undefined,
        { index: 0, normalized: '' },
      ]);
    });
  });

  describe('nothing passes that should not', () => {
    test.each(forgeries.map(({ tries, program }) => [tries, program]))('%s', async (_tries, program) => {
      for (const test of [
        { kind: 'assert' as const, source: forgedTests.assert },
        { kind: 'check' as const, source: forgedTests.check },
      ]) {
        const { outcome, judged } = await run(program, test, { timeoutMs: 3000 });
        expect(outcome).not.toBe('passed');
        expect(judged).not.toBe('inside');
        expect(await run('def f(x):\n    return x')).toMatchObject({ outcome: 'failed' });
      }
    });

    test.each(craftedObjects.map(({ tries, source, program }) => [tries, source, program]))(
      '%s: %s',
      async (_tries, source, program) => {
        expect(await run(program, source)).not.toMatchObject({ outcome: 'passed' });
      },
    );
  });

  test('every bomb is held, and leaves no process behind', { timeout: 120_000 }, async () => {
    for (const { program } of bombs) {
      const started = performance.now();
      const { outcome } = await run(
        program,
        'assert f(1) == "never"',
        { timeoutMs: 400, memoryBytes: 64 << 20 },
        false,
      );
      expect(outcome).not.toBe('passed');
      expect(performance.now() - started).toBeLessThan(10_000);
    }
    const processes = execFileSync('ps', ['-eo', 'ppid=,pid=,stat='], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    const childrenOf = (pid: string): string[][] =>
      processes.filter(([parent]) => parent === pid).flatMap((child) => [child, ...childrenOf(child[1]!)]);
    const left = childrenOf(String(process.pid));
    expect(left.filter(([, , state]) => state!.startsWith('Z'))).toEqual([]);
    // The server itself, and `ps`.
    expect(left.length).toBeLessThanOrEqual(2);
  });

  describe('a program reaches nothing of the host', () => {
    let folder: string;
    let connections = 0;
    const server = createServer(() => connections++);
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'tracewise-probe-'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterAll(() => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const prepared = (program: string) => {
      const { port } = server.address() as { port: number };
      return program
        .replaceAll('$MARKER', join(folder, 'marker'))
        .replaceAll('$PORT', String(port))
        .replaceAll('$PID', String(process.pid));
    };

    test.each(probes.map(({ tries, program }) => [tries, program]))('%s', async (_tries, program) => {
      const { stdout } = await run(
        `${prepared(program)}\ndef f(x):\n    return 3`,
        undefined,
        { timeoutMs: 2000 },
        false,
      );
      expect(stdout).not.toContain('ESCAPED');
      expect(existsSync(join(folder, 'marker'))).toBe(false);
      expect(connections).toBe(0);
    });

    test('the same probes get through in a plain Python, so they can tell', () => {
      const through = probes.filter(({ program, needsNothing }) => {
        if (!needsNothing) return false;
        const { stdout } = spawnSync(python, ['-c', prepared(program)], { encoding: 'utf8', timeout: 5000 });
        return stdout.includes('ESCAPED');
      });
      expect(through).toHaveLength(probes.filter(({ needsNothing }) => needsNothing).length);
      expect(through.length).toBeGreaterThan(12);
    });
  });

  test('an abort ends what runs, the next program runs; disposing twice is fine', async () => {
    const own = await createRunner({ backend: 'cpython', python, maxWorkers: 1 });
    const abort = new AbortController();
    const request = {
      program: 'def f(x):\n    while True: pass',
      entryPoint: 'f',
      trace: false,
      tests: [{ kind: 'assert' as const, source: 'assert f(1) == 1' }],
      limits: { timeoutMs: 20_000 },
    };
    const running = own.run(request, { signal: abort.signal });
    const waiting = own.run({ ...request, program: 'def f(x):\n    return x' });
    setTimeout(() => abort.abort(new Error('enough')), 100);
    await expect(running).rejects.toThrow('enough');
    expect((await waiting).results[0]!.outcome).toBe('passed');
    const last = own.run(request);
    const ended = expect(last).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
    await Promise.all([own.dispose(), own.dispose()]);
    await ended;
    await expect(own.run(request)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
  });

  test('an abort right after the call ends it too, and the server is given back', async () => {
    const abort = new AbortController();
    const request = {
      program: 'import time\ndef f(x):\n    time.sleep(x)\n    return x',
      entryPoint: 'f',
      trace: false,
      limits: { timeoutMs: 20_000 },
    };
    const sleep = (s: number) => [{ kind: 'assert' as const, source: `assert f(${s}) == ${s}` }];
    const started = performance.now();
    const running = runner.run({ ...request, tests: sleep(15) }, { signal: abort.signal });
    abort.abort(new Error('at once'));
    await expect(running).rejects.toThrow('at once');
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await runner.run({ ...request, tests: sleep(0) })).results[0]!.outcome).toBe('passed');
  });

  test('a server that dies is replaced, idle or at work, and no run is lost', async () => {
    const servers = () =>
      execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes('fork_server'))
        .map((line) => Number.parseInt(line, 10));
    const known = new Set(servers());
    await using own = await createRunner({ backend: 'cpython', python, maxWorkers: 1 });
    const killServer = () => {
      const pid = servers().find((found) => !known.has(found))!;
      known.add(pid);
      process.kill(pid, 'SIGKILL');
    };
    const outcome = async (before: string) => {
      const program = `import time\ndef f(x):\n    ${before}\n    return x + 1`;
      const tests = [{ kind: 'assert' as const, source: 'assert f(2) == 3' }];
      return (await own.run({ program, tests, trace: false })).results[0]!.outcome;
    };
    killServer();
    expect(await outcome('pass')).toBe('passed');
    const slow = outcome('time.sleep(0.5)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    killServer();
    expect(await slow).toBe('passed');
  });

  test('a script that forgets to dispose ends by itself, and so does its server', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tracewise-idle-'));
    const module = pathToFileURL(join(import.meta.dirname, '../../src/execution/create-runner.ts')).href;
    const script = join(folder, 'forgets.mts');
    writeFileSync(
      script,
      `import { createRunner } from ${JSON.stringify(module)};
const runner = await createRunner({ backend: 'cpython', python: ${JSON.stringify(python)} });
const { results } = await runner.run({ program: 'def f(x):\\n    return x', entryPoint: 'f', trace: false, tests: [{ kind: 'assert', source: 'assert f(1) == 1' }] });
console.log(results[0].outcome);`,
    );
    const { stdout, status } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    rmSync(folder, { recursive: true });
    expect({ stdout, status }).toEqual({ stdout: 'passed\n', status: 0 });
  });

  test('a Python that is not there is ERR_SANDBOX', async () => {
    await expect(createRunner({ backend: 'cpython', python: '/nowhere/python3' })).rejects.toMatchObject({
      code: 'ERR_SANDBOX',
    });
    await expect(createRunner({ backend: 'cpython', python: '/bin/false' })).rejects.toMatchObject({
      code: 'ERR_SANDBOX',
    });
  });

  test('the libraries of a virtual environment are there, and only of the one that was chosen', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tracewise-venv-'));
    try {
      chmodSync(folder, 0o755);
      const version = execFileSync(
        python,
        ['-c', 'import sys; print("python%d.%d" % sys.version_info[:2])'],
        {
          encoding: 'utf8',
        },
      ).trim();
      const packages = join(folder, 'lib', version, 'site-packages');
      mkdirSync(packages, { recursive: true });
      mkdirSync(join(folder, 'bin'));
      symlinkSync(python, join(folder, 'bin', 'python'));
      writeFileSync(join(folder, 'pyvenv.cfg'), 'home = /usr/bin\n');
      writeFileSync(join(packages, 'of_this_environment.py'), 'three = 3\n');
      const request = {
        program: 'from of_this_environment import three\ndef f(x):\n    return three + x',
        tests: [{ kind: 'assert' as const, source: 'assert f(2) == 5' }],
        trace: false,
      };
      const own = { backend: 'cpython' as const, python: join(folder, 'bin', 'python'), maxWorkers: 1 };
      await using inside = await createRunner(own);
      expect((await inside.run(request)).results[0]).toMatchObject({ outcome: 'passed', judged: 'outside' });
      expect((await runner.run(request)).results[0]).toMatchObject({
        outcome: 'raised',
        exception: { type: 'ModuleNotFoundError' },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('what is preloaded is there at once', async () => {
    const program = 'import sys\nloaded = "wave" in sys.modules\ndef f(x):\n    return loaded';
    const tests = [{ kind: 'assert' as const, source: 'assert f(1)' }];
    await using ready = await createRunner({ backend: 'cpython', python, preload: ['wave'], maxWorkers: 1 });
    expect((await ready.run({ program, tests, trace: false })).results[0]!.outcome).toBe('passed');
    expect((await runner.run({ program, tests, trace: false })).results[0]!.outcome).toBe('failed');
    await expect(createRunner({ backend: 'cpython', python, preload: ['nowhere'] })).rejects.toMatchObject({
      code: 'ERR_SANDBOX',
    });
  });

  test.skipIf(!existsSync('/usr/bin/bwrap'))('within bubblewrap', async () => {
    await using wrapped = await createRunner({ backend: 'cpython', python, bubblewrap: true, maxWorkers: 1 });
    const { results } = await wrapped.run({
      program: 'def f(x):\n    return x',
      entryPoint: 'f',
      trace: true,
      tests: [{ kind: 'assert', source: 'assert f(1) == 1' }],
    });
    expect(results[0]).toMatchObject({ outcome: 'passed', judged: 'outside' });
  });
});

test('a missing layer is named', () => {
  const whole = { python: '3.11.2', landlock: 4, seccomp: true, open: [] };
  expect(() => checkLayers(whole)).not.toThrow();
  expect(() => checkLayers({ ...whole, landlock: 0 })).toThrow(/Landlock/);
  expect(() => checkLayers({ ...whole, seccomp: false })).toThrow(/seccomp/);
  expect(() => checkLayers({ ...whole, open: ['sockets'] })).toThrow(/a closed road to sockets/);
});
