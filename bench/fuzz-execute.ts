import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createRunner } from '../src/execution/create-runner.ts';
import { loadPinnedWasm } from '../src/execution/pyodide-pin.ts';
import { loadSnapshot } from '../src/execution/snapshot.ts';
import { bombs } from '../test/execution/adversarial/bombs.ts';
import { escapes } from '../test/execution/adversarial/escapes.ts';
import { forgeries } from '../test/execution/adversarial/forgeries.ts';

export interface FuzzOptions {
  readonly quick?: boolean;
  readonly seed?: string;
}

const hangMs = 400;

/**
 * Looks for holes in the lock from two sides: every function that the interpreter imports or has in its table,
 * called from JavaScript with drawn arguments; and programs spliced from those of the adversarial suite.
 * `hits` counts calls of Node's own modules and must be 0, `escaped` likewise.
 */
export async function main(
  options: FuzzOptions = {},
): Promise<{ name: string; figures: Record<string, number> }> {
  const seed = Number(options.seed ?? 1);
  const lock = await fuzzLock(seed, options.quick ? 3 : 40);
  const programs = await fuzzPrograms(seed, options.quick ? 60 : 1000);
  return { name: 'fuzz-execute', figures: { ...lock, ...programs } };
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

/** Lines of hostile programs, shuffled together: each must end as a value, and a clean program must run after it. */
async function fuzzPrograms(seed: number, count: number): Promise<Record<string, number>> {
  const runner = await createRunner({ maxWorkers: 2, limits: { timeoutMs: 300, memoryBytes: 64 << 20 } });
  const sources = [...escapes, ...forgeries, ...bombs].map(({ program }) => program);
  const random = generator(seed);
  let escaped = 0;
  let errors = 0;
  let unclean = 0;
  const request = {
    entryPoint: 'f',
    tests: [{ kind: 'assert' as const, source: 'assert f(21) == "never"' }],
  };
  const programs = Array.from({ length: count }, () => splice(sources, random));
  await Promise.all(
    programs.map(async (program, i) => {
      try {
        const { results } = await runner.run({ ...request, program, trace: i % 2 === 0 });
        if (results[0]!.outcome === 'passed' || /ESCAPED (?!0x)/.test(results[0]!.stdout)) escaped++;
      } catch (error) {
        errors++;
        console.log('ERROR', error, program);
      }
      const clean = await runner.run({
        program: 'def f(x):\n    return x * 2',
        entryPoint: 'f',
        trace: true,
        tests: [{ kind: 'assert', source: 'assert f(21) == 42' }],
        limits: { timeoutMs: 5000 },
      });
      if (clean.results[0]!.outcome !== 'passed') unclean++;
    }),
  );
  await runner.dispose();
  return { programs: count, escaped, errors, unclean };
}

function splice(sources: readonly string[], random: () => number): string {
  const pieces = Array.from({ length: 2 + (random() % 3) }, () => sources[random() % sources.length]!);
  const blocks = pieces.map((piece) => `try:\n${piece.replace(/^/gm, '    ')}\nexcept Exception:\n    pass`);
  const text = blocks.join('\n');
  if (random() % 3 !== 0) return text;
  const cut = random() % Math.max(1, text.length);
  return text.slice(0, cut) + String.fromCharCode(random() % 0xffff) + text.slice(cut + (random() % 5));
}

/** xorshift32 */
function generator(start: number): () => number {
  let x = (start * 2654435761 + 1) >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { figures } = await main(JSON.parse(process.argv[2] ?? '{}'));
  console.log(JSON.stringify({ name: 'fuzz-execute', figures }));
}
