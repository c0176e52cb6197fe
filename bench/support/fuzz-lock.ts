import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { loadPinnedWasm } from '../../src/execution/pyodide-pin.ts';
import { loadSnapshot } from '../../src/execution/snapshot.ts';

const shards = 2;
// A call that gave no sign for so long never returns; on a machine under load a few more count as such.
const hangMs = 600;
const lookMs = 50;

/** Where a thread is, in memory that outlives it. */
interface Progress {
  readonly at: Int32Array;
  readonly hung: Set<number>;
  readonly ended: Set<number>;
}

/**
 * Calls every function that the locked interpreter imports, `times` times, and every entry of its function table,
 * each shard of them in a thread of its own that is ended and started anew behind a call that hangs or ends it.
 * Throws where the watch does not see a call that does reach the host.
 */
export async function fuzzLock(seed: number, times: number): Promise<Record<string, number>> {
  const started = performance.now();
  const wasm = await loadPinnedWasm();
  const sources = { wasm, snapshot: await loadSnapshot(wasm, true), times, seed };
  const counted = progress();
  await runThread({ ...sources, from: 0, to: 0, control: true }, counted);
  const [, targets, imports, , control] = counted.at;
  if (control === 0) throw new Error('Expected the watch to see an open import call the host but it did not');
  const parts = Array.from({ length: shards }, progress);
  await Promise.all(
    parts.map(async (part, k) => {
      const [begin, to] = [k, k + 1].map((n) => Math.floor((targets! * n) / shards)) as [number, number];
      for (let from = begin; from < to; ) {
        await runThread({ ...sources, from, to, control: false }, part);
        from = part.at[0]! + 1;
      }
    }),
  );
  const sum = (of: (part: Progress) => number) => parts.reduce((total, part) => total + of(part), 0);
  return {
    imports: imports!,
    targets: targets!,
    calls: sum(({ at }) => at[3]!),
    hung: sum(({ hung }) => hung.size),
    threads_ended: sum(({ ended }) => ended.size),
    hits: sum(({ at }) => at[4]!),
    control_hits: control!,
    lock_seconds: Math.round((performance.now() - started) / 1000),
  };
}

function progress(): Progress {
  return { at: new Int32Array(new SharedArrayBuffer(32)), hung: new Set(), ended: new Set() };
}

/** Until the thread is through its part, hangs, or is gone; `at[0]` says where. */
async function runThread(data: { from: number; [key: string]: unknown }, part: Progress): Promise<void> {
  const { at } = part;
  Atomics.store(at, 0, data.from - 1);
  const worker = new Worker(join(import.meta.dirname, 'fuzz-lock.mjs'), {
    workerData: { ...data, progress: at.buffer },
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 16 },
  });
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    let [seen, since] = [-1, performance.now()];
    timer = setInterval(() => {
      const begun = Atomics.load(at, 0) >= data.from;
      const now = Atomics.load(at, 3);
      if (now !== seen || !begun) [seen, since] = [now, performance.now()];
      else if (performance.now() - since > hangMs) {
        part.hung.add(Atomics.load(at, 0));
        resolve();
      }
    }, lookMs);
    const gone = (error?: unknown) => {
      if (Atomics.load(at, 0) < data.from)
        return reject(error ?? new Error('the thread ended before it began'));
      part.ended.add(Atomics.load(at, 0));
      resolve();
    };
    worker.on('message', (message) => {
      if (message === 'done') resolve();
      else console.log('HIT', message);
    });
    worker.on('error', gone).on('exit', gone);
  });
  clearInterval(timer);
  worker.removeAllListeners('exit');
  await worker.terminate();
}
