import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { loadPinnedWasm } from '../src/execution/pyodide-pin.ts';
import { loadSnapshot } from '../src/execution/snapshot.ts';
import { fuzzMutants } from './support/fuzz-mutants.ts';

export interface FuzzOptions {
  readonly quick?: boolean;
  readonly seed?: string;
  /** Calls of every import. */
  readonly calls?: string;
  /** Programs run. */
  readonly mutants?: string;
  /** `lock` or `mutants`: only that part. */
  readonly only?: string;
}

const hangMs = 400;

/**
 * Looks for holes in the lock from two sides: every function that the interpreter imports or has in its table,
 * called from JavaScript with drawn arguments; and mutants of the references and of the adversarial suite.
 * `hits` counts calls of Node's own modules and must be 0, as must `escaped`, `lost` and `unclean`.
 */
export async function main(
  options: FuzzOptions = {},
): Promise<{ name: string; figures: Record<string, number> }> {
  const { quick, only } = options;
  const seed = Number(options.seed ?? 1);
  const lock = only === 'mutants' ? {} : await fuzzLock(seed, Number(options.calls ?? (quick ? 3 : 10)));
  const mutants =
    only === 'lock' ? {} : await fuzzMutants(seed, Number(options.mutants ?? (quick ? 100 : 10_000)));
  const prefixed = (prefix: string, figures: Record<string, number>) =>
    Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${prefix}.${key}`, value]));
  return { name: 'fuzz-execute', figures: { ...prefixed('lock', lock), ...prefixed('mutants', mutants) } };
}

async function fuzzLock(seed: number, times: number): Promise<Record<string, number>> {
  const snapshot = await loadSnapshot(await loadPinnedWasm(), true);
  const progress = new SharedArrayBuffer(64);
  const at = new Int32Array(progress);
  let hangs = 0;
  for (let from = 0; from === 0 || from < at[1]!; ) {
    const worker = new Worker(join(import.meta.dirname, 'support', 'fuzz-lock.mjs'), {
      workerData: { snapshot, progress, from, times, seed },
      env: {},
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 16 },
    });
    const stuckAt = await watch(worker, at, from);
    await worker.terminate();
    if (stuckAt === undefined) break;
    hangs++;
    from = stuckAt + 1;
  }
  return { imports: at[2]!, targets: at[1]!, calls: at[3]!, hangs, hits: at[4]! };
}

/** Until the thread is done, or stands still: then where. */
function watch(worker: Worker, at: Int32Array, from: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let last = from;
    let begun = false;
    let since = performance.now();
    const timer = setInterval(() => {
      const now = Atomics.load(at, 0);
      if (now !== last || !begun) {
        begun ||= now >= from && at[1]! > 0 && now !== last;
        if (now !== last) since = performance.now();
        last = now;
        if (!begun && performance.now() - since > 20_000) end(() => resolve(last));
      } else if (performance.now() - since > hangMs) end(() => resolve(now));
    }, 50);
    const end = (then: () => void) => {
      clearInterval(timer);
      then();
    };
    worker.on('message', (message) => {
      if (message === 'done') end(() => resolve(undefined));
      else console.log('HIT', message);
    });
    // A call that ends the thread (memory, a crash of the thread) counts as one that never returns.
    worker.on('exit', () => end(() => resolve(Atomics.load(at, 0))));
    worker.on('error', (error) =>
      begun ? end(() => resolve(Atomics.load(at, 0))) : end(() => reject(error)),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main(JSON.parse(process.argv[2] ?? '{}'));
  console.log(JSON.stringify({ name: 'fuzz-execute', figures }));
}
