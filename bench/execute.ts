import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRunner } from '../src/execution/create-runner.ts';
import type { ProgramRunner } from '../src/program-runner.ts';
import { executionSamples } from './support/execution-sample.ts';
import type { ReferenceTask } from './support/reference-tasks.ts';

export interface ExecuteOptions {
  readonly quick?: boolean;
  readonly backend?: 'pyodide' | 'cpython';
  /** The Python that ours is compared with, and that `cpython` runs. */
  readonly python?: string;
}

type Figures = Record<string, number>;

/**
 * How fast programs run. One execution is one program with its tests, in one message, with a full reset after it.
 * `p50` and `p99`: ms from the request to the result, one request after the other, so that the reset of the one before
 * is part of it; `spaced`: with 4 ms between them, as a model's decoding leaves. Every program's tests were seen once
 * before, as those of a task's second candidate are. `low` and `high`: the order statistics that hold the median with
 * 95 %. Ratios are of one run: `over_fresh_python`, a new Python process
 * a test, and `over_pty_debugger`, pdb stepped through a pseudo-terminal, say how many times longer they take than a
 * traced execution here; `over_bare_settrace` says how many times longer ours takes than an empty trace function.
 */
export async function main(options: ExecuteOptions = {}): Promise<{ name: string; figures: Figures }> {
  const { quick = false, backend = 'pyodide' } = options;
  const python = interpreterOf(options.python ?? 'python3');
  const samples = executionSamples(quick ? 60 : 900);
  const figures: Figures = {};
  const start = (maxWorkers: number) =>
    createRunner({ backend, maxWorkers, ...(backend === 'cpython' && { python }) });
  if (backend === 'pyodide') Object.assign(figures, firstResult());
  for (const workers of [1, 2]) {
    const runner = await start(workers);
    for (const { set, tasks } of samples) {
      figures[`${set}.executions`] = tasks.length;
      for (const trace of [false, true]) {
        const label = `${trace ? 'traced' : 'untraced'}_${workers}w`;
        await throughput(runner, tasks.slice(0, 50), trace);
        figures[`${set}.exec_per_s_${label}`] = await throughput(runner, tasks, trace);
        for (const [key, ms] of Object.entries(await latency(runner, tasks, trace, workers)))
          figures[`${set}.${key}_${label}`] = ms;
      }
    }
    if (workers === 1 && backend === 'pyodide') figures.over_bare_settrace = await overBareSettrace(runner);
    await runner.dispose();
  }
  const { set, tasks } = samples.at(-1)!;
  console.log(`${set} on ${backend}, compared with ${python}`);
  Object.assign(figures, await overOthers(await start(1), tasks, python, quick));
  return { name: 'execute', figures: round(figures) };
}

/** Of a pool in a process of its own, eleven times, after one that fills the cache. */
function firstResult(): Figures {
  const file = join(import.meta.dirname, 'support', 'first-result.ts');
  const [, ...times] = Array.from({ length: 12 }, () =>
    Number(spawnSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' }).stdout),
  );
  return medianOf('first_result', times);
}

/** A median with the order statistics that hold it with 95 %. */
function medianOf(key: string, times: readonly number[]): Figures {
  const sorted = [...times].sort((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  const pick = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(index)))]!;
  return {
    [`${key}_ms`]: at(sorted, 0.5),
    [`${key}_low_ms`]: pick(sorted.length / 2 - half - 0.5),
    [`${key}_high_ms`]: pick(sorted.length / 2 + half - 0.5),
    [`${key}_n`]: sorted.length,
  };
}

async function runAll(runner: ProgramRunner, tasks: readonly ReferenceTask[], trace: boolean): Promise<void> {
  await Promise.all(tasks.map(({ id: _, ...request }) => runOne(runner, request, trace)));
}

async function runOne(
  runner: ProgramRunner,
  request: Omit<ReferenceTask, 'id'>,
  trace: boolean,
): Promise<void> {
  const { results } = await runner.run({ ...request, trace, limits: { timeoutMs: 20_000 } });
  if (results[0]!.outcome !== 'passed')
    throw new Error(`A reference did not pass: ${JSON.stringify(request.tests)}`);
}

async function throughput(
  runner: ProgramRunner,
  tasks: readonly ReferenceTask[],
  trace: boolean,
): Promise<number> {
  const started = performance.now();
  await runAll(runner, tasks, trace);
  return (tasks.length / (performance.now() - started)) * 1000;
}

/** From the request to the result: with one worker one at a time, with more as many at a time. */
async function latency(
  runner: ProgramRunner,
  tasks: readonly ReferenceTask[],
  trace: boolean,
  workers: number,
): Promise<Figures> {
  const measure = async (pauseMs: number) => {
    const times: number[] = [];
    const queue = tasks.values();
    const client = async () => {
      for (const { id: _, ...request } of queue) {
        await runOne(runner, request, trace);
        for (let i = 0; i < 2; i++) {
          if (pauseMs > 0) await setTimeout(pauseMs);
          times.push(await timed(() => runOne(runner, request, trace)));
        }
      }
    };
    await Promise.all(Array.from({ length: workers }, client));
    return times.sort((a, b) => a - b);
  };
  const [close, spaced] = [await measure(0), await measure(4)];
  return { ...medianOf('p50', close), p99_ms: at(close, 0.99), ...medianOf('spaced_p50', spaced) };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

const settraceProgram = `
import sys, time
from tracewise.tracer import Tracer
source = '''
def f(n):
    xs, seen = [], {}
    for i in range(n):
        k = (i * 7) % 11
        seen[k] = seen.get(k, 0) + 1
        xs.append((k, i))
    return sorted(xs)[0], len(seen)
'''
space = {}
exec(compile(source, '<candidate>', 'exec'), space)
f = space['f']
def bare():
    def callback(frame, event, arg):
        return callback
    sys.settrace(callback)
    f(20)
    sys.settrace(None)
def ours():
    limits = {'traceEvents': 10**9, 'traceBytes': 10**9, 'locals': 40, 'valueChars': 200, 'valueItems': 20, 'valueDepth': 4}
    tracer = Tracer(limits, lambda record: None)
    tracer.start()
    f(20)
    tracer.stop()
def best(run):
    times = []
    for _ in range(60):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return min(times)
best(ours)
print(best(ours) / best(bare))
`;

/** Our tracer against an empty one, in the same interpreter, best of 60. */
async function overBareSettrace(runner: ProgramRunner): Promise<number> {
  const { results } = await runner.run({
    program: settraceProgram,
    tests: [{ kind: 'io', stdin: '', expectedStdout: '' }],
    trace: false,
    limits: { timeoutMs: 20_000 },
  });
  return Number(results[0]!.stdout);
}

async function overOthers(
  runner: ProgramRunner,
  tasks: readonly ReferenceTask[],
  python: string,
  quick: boolean,
): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-bench-'));
  try {
    const few = tasks.slice(0, quick ? 10 : 60);
    const scripts = few.map(({ program, setupCode, tests }, i) => {
      const file = join(folder, `${i}.py`);
      const test = tests[0]!;
      writeFileSync(file, `${program}\n${setupCode ?? ''}\n${test.kind === 'assert' ? test.source : ''}\n`);
      return file;
    });
    await runAll(runner, few, true);
    const ours: number[] = [];
    for (const { id: _, ...request } of few) ours.push(await timed(() => runOne(runner, request, true)));
    const fresh: number[] = [];
    for (const file of scripts) fresh.push(await timed(() => void spawnSync(python, [file])));
    const steps = join(import.meta.dirname, 'support', 'pdb-steps.py');
    const debugged = (silence: string, n: number) =>
      scripts.slice(0, n).map((file) => {
        const { stdout } = spawnSync(python, [steps, file, '300', silence], { encoding: 'utf8' });
        return Number(stdout.trim().split(' ').at(-1));
      });
    const overOurs = (times: readonly number[]) => median(times.map((ms, i) => ms / ours[i]!));
    const prompted = debugged('0', quick ? 5 : 20);
    const silent = debugged('0.1', quick ? 2 : 10);
    const ourMs = median(ours);
    return {
      traced_ms: ourMs,
      fresh_python_ms: median(fresh),
      pty_debugger_ms: median(silent),
      over_fresh_python: median(fresh) / ourMs,
      over_pty_debugger: overOurs(silent),
      over_pty_debugger_without_wait: overOurs(prompted),
    };
  } finally {
    await runner.dispose();
    rmSync(folder, { recursive: true });
  }
}

async function timed(run: () => unknown): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** The interpreter itself: a version manager's shim would be timed along with it. */
function interpreterOf(command: string): string {
  const { stdout } = spawnSync(command, ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
  return stdout?.trim() || command;
}

function round(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([key, value]) => [key, Math.round(value * 100) / 100]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main(JSON.parse(process.argv[2] ?? '{}'));
  console.log(JSON.stringify({ name: 'execute', figures }, null, 1));
}
