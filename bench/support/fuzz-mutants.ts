import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createRunner } from '../../src/execution/create-runner.ts';
import { defaultLimits } from '../../src/execution/default-limits.ts';
import { loadPinnedWasm } from '../../src/execution/pyodide-pin.ts';
import { loadSnapshot } from '../../src/execution/snapshot.ts';
import { watchSlot } from '../../src/execution/watch-slot.ts';
import { Slot } from '../../src/execution/worker/slot.mjs';
import type { ExecutionRequest, ProgramTest } from '../../src/program-runner.ts';
import { bombs } from '../../test/execution/adversarial/bombs.ts';
import { escapes } from '../../test/execution/adversarial/escapes.ts';
import { forgeries } from '../../test/execution/adversarial/forgeries.ts';
import { benchmarksFolder, referenceTasks } from './reference-tasks.ts';
import { seeded } from './seeded.mjs';

interface Job extends ExecutionRequest {
  /** No mutant of an adversarial program can pass its test. */
  readonly adversarial: boolean;
}

const limits = { ...defaultLimits, timeoutMs: 250, memoryBytes: 64 << 20 };
const levels = ['tree', 'tokens', 'bytes'];
const clean: Job = {
  program: 'def f(x):\n    return x * 2',
  entryPoint: 'f',
  trace: true,
  tests: [{ kind: 'assert', source: 'assert f(21) == 42' }],
  adversarial: false,
};

/**
 * Mutants of real programs, each run on its test in a thread under watch. `hits`: calls of Node's own modules;
 * `escaped`: adversarial programs that passed; `claims`: those that said they had, printed to be read, since a mutant
 * may have lost the condition that it says so under; `lost`: jobs without a result; `unclean`: a clean
 * program, after every tenth, that did not pass; `control_hits`: calls seen of a program with the lock open, in the
 * thread that saw fewest. Memory of the whole process in MB is printed as it goes; `memory_mb_growth`: of its highest
 * in the last quarter over its highest in the quarter before.
 */
export async function fuzzMutants(seed: number, count: number): Promise<Record<string, number>> {
  const started = performance.now();
  const mutants = await makeMutants(seed, count);
  const jobs = mutants.flatMap((mutant, i) => (i % 10 === 9 ? [mutant, clean] : [mutant]));
  const counts: Record<string, number> = {
    hits: 0,
    escaped: 0,
    claims: 0,
    hung: 0,
    threads_ended: 0,
    unclean: 0,
  };
  const controls: number[] = [];
  const memory: number[] = [];
  let done = 0;
  const take = () => jobs[next++];
  let next = 0;
  const settle = (job: Job, { outcome, stdout, hits }: Answer) => {
    memory.push(process.memoryUsage.rss() / 2 ** 20);
    if (++done % Math.ceil(jobs.length / 20) === 0) {
      console.log(`${done} of ${jobs.length}, ${memory.at(-1)!.toFixed(0)} MB`, JSON.stringify(counts));
    }
    counts.hits! += hits.length;
    if (hits.length > 0) console.log('HIT', hits, job.program);
    if (job === clean) {
      if (outcome !== 'passed') counts.unclean!++;
      return;
    }
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (!job.adversarial) return;
    const [escaped, claims] = [outcome === 'passed', /ESCAPED (?!0x)/.test(stdout)];
    if (escaped) counts.escaped!++;
    if (claims) counts.claims!++;
    if (escaped || claims) console.log(outcome, stdout.slice(0, 200), job.program);
  };
  await Promise.all([1, 2].map(() => runThread(take, settle, counts, controls)));
  const highest = (from: number, to: number) =>
    Math.round(Math.max(...memory.slice(from * memory.length, to * memory.length)));
  return {
    mutants: mutants.length,
    executions: jobs.length,
    lost: jobs.length - done,
    ...counts,
    control_hits: Math.min(...controls),
    memory_mb_begin: Math.round(memory[0]!),
    memory_mb_end: Math.round(memory.at(-1)!),
    memory_mb_most: highest(0, 1),
    memory_mb_growth: highest(0.75, 1) - highest(0.5, 0.75),
    mutant_seconds: Math.round((performance.now() - started) / 1000),
  };
}

interface Answer {
  readonly outcome: string;
  readonly stdout: string;
  readonly hits: readonly string[];
}

/** Runs jobs in one thread after the other: one that hangs is ended, as the pool does it. */
async function runThread(
  take: () => Job | undefined,
  settle: (job: Job, answer: Answer) => void,
  counts: Record<string, number>,
  controls: number[],
): Promise<void> {
  let worker = await startThread(controls);
  let slot = Slot.allocate(limits.traceBytes + 64);
  for (let job = take(); job; job = take()) {
    const answer = await ask(worker, job, slot);
    if (typeof answer === 'string') {
      counts[answer === 'hung' ? 'hung' : 'threads_ended']!++;
      await worker.terminate();
      worker = await startThread(controls);
      slot = Slot.allocate(limits.traceBytes + 64);
    }
    settle(job, typeof answer === 'string' ? { outcome: answer, stdout: '', hits: [] } : answer);
  }
  await worker.terminate();
}

/** The thread's answer; `hung` where it is past its deadline, `ended` where it is gone. */
function ask(
  worker: Worker,
  { adversarial: _, ...request }: Job,
  slot: Slot,
): Promise<Answer | 'hung' | 'ended'> {
  const timeoutMs = request.program === clean.program ? 20_000 : limits.timeoutMs;
  return new Promise((resolve) => {
    const settle = (value: Answer | 'hung' | 'ended') => {
      unwatch();
      worker.off('message', settle).off('error', end).off('exit', end);
      resolve(value);
    };
    const end = () => settle('ended');
    const unwatch = watchSlot(slot, 250, () => settle('hung'));
    worker.on('message', settle).on('error', end).on('exit', end);
    worker.postMessage({ request: { ...request, limits: { ...limits, timeoutMs } }, memory: slot.memory });
  });
}

async function startThread(controls: number[]): Promise<Worker> {
  const wasm = await loadPinnedWasm();
  const worker = new Worker(join(import.meta.dirname, 'fuzz-programs.mjs'), {
    workerData: { wasm, snapshot: await loadSnapshot(wasm, true), limits },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 16 },
  });
  const { controlHits } = await new Promise<{ controlHits: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  if (controlHits === 0) throw new Error('Expected the watch to see an open lock but it did not');
  controls.push(controlHits);
  worker.on('error', () => {}); // told by `exit`
  return worker;
}

/** The mutants are written by Python, in a locked interpreter like everything else. */
async function makeMutants(seed: number, count: number): Promise<Job[]> {
  const draw = seeded(seed);
  const originals = originalJobs();
  const pick = () => originals[draw() % originals.length]!;
  const drawn = Array.from({ length: count }, () => ({
    seed: draw(),
    level: levels[draw() % 3],
    job: pick(),
    donor: pick().program,
    trace: draw() % 2 === 0,
  }));
  const program = readFileSync(join(import.meta.dirname, 'mutate.py'), 'utf8');
  await using runner = await createRunner({ maxWorkers: 2 });
  const parts = Array.from({ length: Math.ceil(count / 25) }, (_, i) => drawn.slice(25 * i, 25 * i + 25));
  const made = await Promise.all(
    parts.map(async (part) => {
      const stdin = JSON.stringify(
        part.map(({ seed, level, job, donor }) => [seed, level, job.program, donor]),
      );
      const { results } = await runner.run({
        program,
        trace: false,
        tests: [{ kind: 'io', stdin, expectedStdout: '' }],
        limits: { timeoutMs: 60_000, stdoutBytes: 16 << 20 },
      });
      const texts: string[] = JSON.parse(results[0]!.stdout);
      return part.map(({ job, trace }, i) => ({ ...job, program: texts[i]!, trace }));
    }),
  );
  return made.flat();
}

function originalJobs(): Job[] {
  const never: ProgramTest[] = [{ kind: 'assert', source: 'assert f(21) == "never"' }];
  const adversarial = [...escapes, ...forgeries, ...bombs].map(({ program }) => ({
    program,
    entryPoint: 'f',
    tests: never,
    trace: true,
    adversarial: true,
  }));
  if (!benchmarksFolder()) return adversarial;
  const real = [...referenceTasks('humaneval'), ...referenceTasks('mbpp')].map(
    ({ id: _, tests, ...task }) => ({
      ...task,
      tests: tests.slice(0, 1),
      trace: true,
      adversarial: false,
    }),
  );
  return [...real, ...adversarial];
}
