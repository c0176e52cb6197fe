// Entry of a one-shot thread: imports everything once and hands back the interpreter's memory.
import { readdirSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { loadGatedPyodide } from './load-pyodide.mjs';

const folder = new URL('./tracewise/', import.meta.url);

const { py } = await loadGatedPyodide({ wasm: workerData.wasm, makeSnapshot: true });
py.FS.mkdirTree('/harness/tracewise');
for (const name of readdirSync(folder).filter((file) => file.endsWith('.py'))) {
  py.FS.writeFile(`/harness/tracewise/${name}`, readFileSync(new URL(name, folder)));
}
py.runPython(`
import sys
sys.path.append('/harness')
import tracewise.preload, tracewise.wasm_host, tracewise.confine
tracewise.preload.warm_up()
sys.path.remove('/harness')
import gc; gc.collect()
`);
const image = py.makeMemorySnapshot();
const shared = new SharedArrayBuffer(image.byteLength);
new Uint8Array(shared).set(image);
parentPort.postMessage(shared);
