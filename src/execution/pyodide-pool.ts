import { join } from 'node:path';
import { Piscina } from 'piscina';
import { TracewiseError } from '../errors.ts';
import { loadPinnedWasm } from './pyodide-pin.ts';
import type { ResolvedRunnerOptions } from './runner-options.ts';
import { loadSnapshot } from './snapshot.ts';
import { workerFolder } from './worker-folder.ts';

/** Threads with locked interpreters. They inherit nothing and keep no idle process alive. */
export async function startPool({
  maxWorkers,
  snapshotCache,
  limits,
}: ResolvedRunnerOptions): Promise<Piscina> {
  const compiling = loadPinnedWasm();
  // The snapshot is read and hashed while the interpreter is compiled.
  const [wasm, snapshot] = await Promise.all([compiling, loadSnapshot(compiling, snapshotCache)]);
  const pool = new Piscina({
    filename: join(workerFolder(), 'main.mjs'),
    workerData: { wasm, snapshot, limits },
    // Piscina replaces a thread that was ended only up to this number; with 0, what waits would wait for ever.
    minThreads: 1,
    maxThreads: maxWorkers,
    idleTimeout: Number.POSITIVE_INFINITY,
    // The default parks the thread between tasks, and it then misses its own events.
    atomics: 'disabled',
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 16 },
    recordTiming: false,
  });
  // An answer to a task that was given up meanwhile is an 'error' to the pool ("Unexpected message from Worker"), and
  // unheard it would end this process. Nobody waits for it: the thread is ended, its slot is not used again.
  pool.on('error', () => {});
  return pool;
}

/** Starts a thread and waits until it has locked its interpreters and proved it. Throws ERR_SANDBOX where it has not. */
export async function openWorker(pool: Piscina): Promise<{ version: string }> {
  return checkLocked(await pool.run({ op: 'open' }));
}

const warmWorkers = 2;

/** Starts a second thread in the background, so that the first candidates need not wait for it; more start when needed. */
export function warmPool(pool: Piscina): void {
  const count = Math.min(warmWorkers, pool.options.maxThreads);
  // As many tasks as threads, at once: the idle one takes one, the pool starts another for the next.
  if (count > 1) for (let i = 0; i < count; i++) openWorker(pool).catch(() => {});
}

/** A thread that cannot lock its interpreters says so in place of any answer. */
export function checkLocked<T>(answer: T): T {
  if (typeof answer === 'object' && answer !== null && 'notLocked' in answer) {
    throw new TracewiseError('ERR_SANDBOX', `Expected a locked interpreter but ${String(answer.notLocked)}`);
  }
  return answer;
}
