// A thread that runs programs as a pool's thread does, and counts the calls of Node's own modules meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { Interpreter } from '../../src/execution/worker/interpreter.mjs';
import { Session } from '../../src/execution/worker/session.mjs';
import { Slot } from '../../src/execution/worker/slot.mjs';
import { watchHost } from '../../test/execution/adversarial/host-canaries.mjs';

const { wasm, snapshot: shared, limits } = workerData;
const snapshot = new Uint8Array(shared);
const session = await Session.open({ wasm, snapshot }, limits);
const unlocked = await Interpreter.boot({ wasm, snapshot }, 'run_program');
const hits = watchHost();
parentPort.postMessage({ controlHits: controlHits(unlocked) });
// An interpreter that grew is replaced, and starting one reads files.
const boot = Interpreter.boot;
Interpreter.boot = async (...args) => {
  try {
    return await boot(...args);
  } finally {
    hits.length = 0;
  }
};
parentPort.on('message', async ({ request, memory }) => {
  hits.length = 0;
  const [result] = await session.run(request, new Slot(memory));
  session.tidy();
  parentPort.postMessage({ outcome: result.outcome, stdout: result.stdout, hits: [...hits] });
});

/** A program of the same kind with the lock open: the watch must see it. */
function controlHits(interpreter) {
  interpreter.gate.locked = false;
  const program = 'import os\nos.system("true")';
  interpreter.send(JSON.stringify({ op: 'load', program, limits }), performance.now() + 20_000);
  return hits.length;
}
