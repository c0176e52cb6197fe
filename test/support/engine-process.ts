/** Scenes for a process of their own: `node --import tsx engine-process.ts SCENE MODEL [FOLDER]`. */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import { loadEngine } from '../../src/llama/load-engine.ts';

const [, , sceneName, modelPath, folder] = isMainThread ? process.argv : workerData;
/** tsx translates nothing in a worker thread unless it is registered there. */
const bootstrap = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import('${import.meta.url}');
});`;

const options = {
  modelPath: modelPath!,
  gpu: false,
  threads: 1,
  contextTokens: 2048,
  batchTokens: 2048,
} as const;

function longPrompt(engine: LlamaEngine) {
  const sequence = engine.openSequence();
  sequence.append(Array.from({ length: engine.maxSequenceTokens - 1 }, (_, i) => 5 + (i % 90)));
  return sequence;
}

/** Evaluates a long prompt again and again. */
async function decodeForever(engine: LlamaEngine): Promise<never> {
  for (;;) {
    const sequence = longPrompt(engine);
    await engine.readLogits(sequence);
    sequence.dispose();
  }
}

function mappedLibraries(name: RegExp): number {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  return sharedObjects.filter((path) => name.test(path)).length;
}

const scenes: Record<string, () => Promise<void>> = {
  /** Loads, chooses, and leaves the engine as it is. */
  async idle() {
    const engine = await loadEngine({ ...options, threads: 2 });
    const sequence = engine.openSequence();
    sequence.append([5, 6, 7]);
    await engine.choose({ kind: 'sample', sequence, temperature: 0 });
    console.log('idle');
  },

  async exit() {
    const engine = await loadEngine(options);
    decodeForever(engine).catch(() => {});
    setTimeout(() => process.exit(7), 150);
  },

  async decode() {
    const engine = await loadEngine(options);
    console.log('decoding');
    await decodeForever(engine);
  },

  /** Ends in order on SIGTERM, with a decode in flight. */
  async orderly() {
    const engine = await loadEngine(options);
    process.once('SIGTERM', async () => {
      await engine.dispose();
      console.log('disposed');
    });
    console.log('decoding');
    await decodeForever(engine).catch((error) => console.log(error.code));
  },

  /** Worker threads that end in a decode, a load, or with nobody looking. */
  async workers() {
    for (let i = 0; i < 6; i++) {
      const worker = new Worker(bootstrap, {
        eval: true,
        workerData: [null, null, 'inWorker', modelPath],
      });
      await once(worker, 'message');
      await new Promise((resolve) => setTimeout(resolve, i * 15));
      await worker.terminate();
    }
    const engine = await loadEngine(options);
    const logits = await engine.readLogits(longPrompt(engine));
    await engine.dispose();
    console.log(`ended ${logits.length > 0}`);
  },

  async inWorker() {
    parentPort!.postMessage('loading');
    const engine = await loadEngine(options);
    await decodeForever(engine);
  },

  /** The only thread that has loaded the addon ends, and another one loads it. */
  async reload() {
    const worker = new Worker(bootstrap, { eval: true, workerData: [null, null, 'idle', modelPath] });
    await once(worker, 'exit');
    console.log(`mapped ${mappedLibraries(/tracewise\.node$/)}`);
    const broken = await loadEngine({ ...options, modelPath: folder! }).catch((reason) => reason);
    console.log(broken.message);
  },

  /** node-llama-cpp comes first: its libraries are shared. */
  async second() {
    const { getLlama } = await import('node-llama-cpp');
    const llama = await getLlama({ gpu: false, build: 'never' });
    const model = await llama.loadModel({ modelPath: modelPath! });
    const engine = await loadEngine(options);
    await engine.readLogits(longPrompt(engine));
    await model.dispose();
    await llama.dispose();
    await engine.readLogits(longPrompt(engine));
    await engine.dispose();
    console.log(`mapped ${mappedLibraries(/libllama\.[^-]*$|[\\/]llama\.[^-]*$/)}`);
  },

  async libraries() {
    const error = await loadEngine({ ...options, libDir: folder }).catch((reason) => reason);
    console.log(JSON.stringify({ code: error.code, message: error.message }));
  },

  async variant() {
    const engine = await loadEngine({ ...options, cpuVariant: 'x64' });
    await engine.readLogits(longPrompt(engine));
    const error = await loadEngine({ ...options, cpuVariant: 'haswell' }).catch((reason) => reason);
    console.log(error.code);
    const missing = await loadEngine({ ...options, cpuVariant: 'x64' });
    await Promise.all([engine.dispose(), missing.dispose()]);
  },
};

await scenes[sceneName!]!();
