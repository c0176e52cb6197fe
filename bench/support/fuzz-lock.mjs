// A thread that calls what a locked interpreter imports, and every entry of its function table, with numbers and
// pointers drawn by a seed, under watch. Says what it is at in shared memory, since some calls never return.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { loadGatedPyodide } from '../../src/execution/worker/load-pyodide.mjs';
import { watchHost } from '../../test/execution/adversarial/host-canaries.mjs';
import { seeded } from './seeded.mjs';

const { snapshot, progress, from, times, seed } = workerData;
const at = new Int32Array(progress);
const wasm = await WebAssembly.compile(
  readFileSync(createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm')),
);
const { gate, emscripten } = await loadGatedPyodide({ wasm, snapshot: new Uint8Array(snapshot) });
const image = emscripten.HEAPU8.slice();
const texts = ['/etc/passwd', 'process.exit()', 'id', 'fs', '/dev/stdin', 'constructor'].map((text) =>
  emscripten.stringToNewUTF8(text),
);
const imports = Object.entries(gate.imports).filter(([, value]) => typeof value === 'function');
const table = gate.imports.__indirect_function_table ?? emscripten.wasmTable;
const targets = [...imports.map(([, call]) => ({ call, times })), ...tableEntries()];
const random = seeded(seed + from);
gate.locked = true;
gate.deadline = Number.POSITIVE_INFINITY;
gate.heapLimit = image.length + (64 << 20);
const hits = watchHost();
at[1] = targets.length;
at[2] = imports.length;
for (let i = from; i < targets.length; i++) {
  Atomics.store(at, 0, i);
  for (let n = 0; n < targets[i].times; n++) {
    hits.length = 0;
    try {
      targets[i].call(...Array.from({ length: 6 }, draw));
    } catch {
      // Denied, trapped, or wrong types: all fine. What counts is whether the host was called.
    }
    at[3]++;
    if (hits.length > 0) {
      at[4]++;
      parentPort.postMessage({ index: i, name: imports[i]?.[0], hits: [...hits] });
    }
  }
  if (i % 50 === 0) emscripten.HEAPU8.set(image);
}
Atomics.store(at, 0, targets.length);
parentPort.postMessage('done');

function tableEntries() {
  const entries = [];
  for (let i = 0; table && i < table.length; i++) {
    const call = table.get(i);
    if (call) entries.push({ call, times: 1 });
  }
  return entries;
}

function draw() {
  const kind = random() % 6;
  if (kind === 0) return random() % 16;
  if (kind === 1) return texts[random() % texts.length];
  if (kind === 2) return random() % image.length;
  if (kind === 3) return -(random() % 200);
  return kind === 4 ? 0 : random() | 0;
}
