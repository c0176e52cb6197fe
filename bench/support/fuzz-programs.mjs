// A thread that runs programs as a pool's thread does, and counts the calls of Node's own modules meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { Interpreter } from '../../src/execution/worker/interpreter.mjs';
import { Session } from '../../src/execution/worker/session.mjs';
import { Slot } from '../../src/execution/worker/slot.mjs';
import { watchHost } from '../../test/execution/adversarial/host-canaries.mjs';

const { wasm, snapshot, limits } = workerData;
const session = await Session.open({ wasm, snapshot: new Uint8Array(snapshot) }, limits);
const hits = watchHost();
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
parentPort.postMessage('ready');
