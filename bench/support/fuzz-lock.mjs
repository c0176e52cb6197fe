// A thread that calls what a locked interpreter imports, and the entries of its function table, with numbers and
// pointers drawn by a seed, under watch. Says what it is at in shared memory, since some calls never return:
// target, number of targets, imports among them, calls made, calls of the host seen.
import { parentPort, workerData } from 'node:worker_threads';
import { loadGatedPyodide } from '../../src/execution/worker/load-pyodide.mjs';
import { watchHost } from '../../test/execution/adversarial/host-canaries.mjs';
import { seeded } from './seeded.mjs';

const { wasm, snapshot, progress, from, to, times, seed, control } = workerData;
const at = new Int32Array(progress);
const { gate, emscripten } = await loadGatedPyodide({ wasm, snapshot: new Uint8Array(snapshot) });
const image = emscripten.HEAPU8.slice();
const texts = ['/etc/passwd', 'process.exit()', 'id', 'fs', '/dev/stdin', 'constructor'].map((text) =>
  emscripten.stringToNewUTF8(text),
);
const imports = Object.entries(gate.imports).filter(([, value]) => typeof value === 'function');
const table = gate.imports.__indirect_function_table ?? emscripten.wasmTable;
const targets = [...imports.map(([, call]) => ({ call, times })), ...tableEntries()];
const command = emscripten.stringToNewUTF8('true');
gate.deadline = Number.POSITIVE_INFINITY;
gate.heapLimit = image.length + (64 << 20);
const hits = watchHost();
at[1] = targets.length;
at[2] = imports.length;
if (control) {
  gate.imports._emscripten_system(command);
  at[4] = hits.length;
}
gate.locked = true;
for (let i = from; i < to; i++) {
  Atomics.store(at, 0, i);
  // A target's draws are its own, so that they do not depend on what hung before it.
  const random = seeded(seed + i);
  for (let n = 0; n < targets[i].times; n++) {
    hits.length = 0;
    Atomics.add(at, 3, 1);
    try {
      targets[i].call(...Array.from({ length: 6 }, () => draw(random)));
    } catch {
      // Denied, trapped, or wrong types: all fine. What counts is whether the host was called.
    }
    if (hits.length > 0) {
      at[4]++;
      parentPort.postMessage({ index: i, name: imports[i]?.[0], hits: [...hits] });
    }
  }
  if (i % 50 === 0) emscripten.HEAPU8.set(image);
}
Atomics.store(at, 0, to);
parentPort.postMessage('done');

function tableEntries() {
  const entries = [];
  for (let i = 0; table && i < table.length; i++) {
    const call = table.get(i);
    if (call) entries.push({ call, times: 1 });
  }
  return entries;
}

/** A small number, a text's address, any address, an error number, 0, anything. */
function draw(random) {
  const kind = random() % 6;
  if (kind === 0) return random() % 16;
  if (kind === 1) return texts[random() % texts.length];
  if (kind === 2) return random() % image.length;
  if (kind === 3) return -(random() % 200);
  return kind === 4 ? 0 : random() | 0;
}
