import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createRunner } from '../../src/execution/create-runner.ts';
import { openWorker, startPool, warmPool } from '../../src/execution/pyodide-pool.ts';
import { resolveRunnerOptions } from '../../src/execution/runner-options.ts';
import type { ExecutionRequest } from '../../src/program-runner.ts';

const request = (program: string, timeoutMs = 5000): ExecutionRequest => ({
  program,
  entryPoint: 'f',
  trace: false,
  tests: [{ kind: 'assert', source: 'assert f(1) == 1' }],
  limits: { timeoutMs },
});
const fine = request('def f(x):\n    return x');
const loops = request('def f(x):\n    while True: pass');
const hangs = request('def f(x):\n    return sum(range(10**12))');
const soon = () => new Promise((resolve) => setTimeout(resolve, 100));

test.each([
  ['a loop', loops],
  ['one call of C', hangs],
])('an abort ends %s, rejects with its reason, and the next program runs', async (_name, running) => {
  await using runner = await createRunner({ maxWorkers: 1 });
  const abort = new AbortController();
  const run = runner.run(running, { signal: abort.signal });
  const queued = runner.run(fine);
  const reason = new Error('enough');
  await soon();
  const started = performance.now();
  abort.abort(reason);
  await expect(run).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(3000);
  expect((await queued).results[0]!.outcome).toBe('passed');
});

test('an abort takes a waiting run out of the queue', async () => {
  await using runner = await createRunner({ maxWorkers: 1 });
  const first = runner.run(request(loops.program, 500));
  const abort = new AbortController();
  const waiting = runner.run(fine, { signal: abort.signal });
  abort.abort();
  await expect(waiting).rejects.toBe(abort.signal.reason);
  expect((await first).results[0]!.outcome).toBe('timed-out');
});

test('an aborted signal starts nothing', async () => {
  await using runner = await createRunner({ maxWorkers: 1 });
  const signal = AbortSignal.abort();
  await expect(runner.run(fine, { signal })).rejects.toBe(signal.reason);
  await expect(runner.parse([['x']], { signal })).rejects.toBe(signal.reason);
});

test('disposing twice, with work running and waiting', async () => {
  const runner = await createRunner({ maxWorkers: 1 });
  const runs = [hangs, fine, fine].map((one) => runner.run(one));
  const ended = Promise.allSettled(runs);
  await soon();
  await Promise.all([runner.dispose(), runner.dispose()]);
  for (const result of await ended)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_DISPOSED' } });
  await runner.dispose();
  await expect(runner.run(fine)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
  await expect(runner.parse([['x']])).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
});

test('a hanging worker is replaced while others wait, and nothing waiting is lost', async () => {
  await using runner = await createRunner({ maxWorkers: 2 });
  const requests = Array.from({ length: 12 }, (_, i) => (i % 4 === 0 ? request(hangs.program, 200) : fine));
  const reports = await Promise.all(requests.map((one) => runner.run(one)));
  const outcomes = reports.map(({ results }) => results[0]!.outcome);
  expect(outcomes).toEqual(requests.map((one) => (one === fine ? 'passed' : 'timed-out')));
});

test('a second thread starts in the background, no third one unasked', async () => {
  const options = resolveRunnerOptions({ maxWorkers: 3 });
  const pool = await startPool(options);
  // Unheard it would end the process.
  expect(pool.emit('error', new Error('Unexpected message from Worker'))).toBe(true);
  try {
    await openWorker(pool);
    expect(pool.threads).toHaveLength(1);
    warmPool(pool);
    await vi.waitFor(() => expect(pool.completed).toBe(3), { timeout: 20_000 });
    expect(pool.threads).toHaveLength(2);
  } finally {
    await pool.destroy();
  }
});

test('no tests, an empty program, nothing to parse', async () => {
  await using runner = await createRunner({ maxWorkers: 1 });
  expect((await runner.run({ ...fine, tests: [] })).results).toEqual([]);
  expect((await runner.run(request(''))).results[0]).toMatchObject({
    outcome: 'raised',
    exception: { type: 'NameError' },
  });
  expect(await runner.parse([])).toEqual([]);
});

test('wrong use is told', async () => {
  await expect(createRunner({ maxWorkers: 0 })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  await expect(createRunner({ python: 'python3' })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  await using runner = await createRunner({ maxWorkers: 1 });
  await expect(runner.run({ ...fine, limits: { timeoutMs: -1 } })).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
  });
  await expect(runner.run({ ...fine, program: 5 } as unknown as ExecutionRequest)).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
  });
});

test('a script that forgets to dispose ends by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-idle-'));
  try {
    const script = join(folder, 'forgets.mts');
    const module = pathToFileURL(join(import.meta.dirname, '../../src/execution/create-runner.ts')).href;
    writeFileSync(
      script,
      `import { createRunner } from ${JSON.stringify(module)};
const runner = await createRunner({ maxWorkers: 2 });
const { results } = await runner.run(${JSON.stringify(fine)});
console.log(results[0].outcome);`,
    );
    const { stdout, status, signal } = spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), script],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    expect({ stdout, status, signal }).toEqual({ stdout: 'passed\n', status: 0, signal: null });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
