// Entry of the pool's threads.
import './read-at-once.mjs';
import { workerData } from 'node:worker_threads';
import { Session } from './session.mjs';
import { Slot } from './slot.mjs';

let opening;

// A thread that cannot lock its interpreters answers every task with why, and runs nothing.
async function openSession() {
  const { wasm, snapshot, limits } = workerData;
  return Session.open({ wasm, snapshot: new Uint8Array(snapshot) }, limits);
}

/** @param {{ op: 'open' | 'run' | 'parse', memory?: SharedArrayBuffer, request?: any, lists?: any, timeoutMs?: number }} task */
export default async function handle({ op, memory, request, lists, timeoutMs }) {
  opening ??= openSession();
  let session;
  try {
    session = await opening;
  } catch (error) {
    return { notLocked: String(error?.message ?? error) };
  }
  if (op === 'open') return { version: session.version };
  const slot = new Slot(memory);
  // The answer goes first; putting the interpreters back takes as long as a small run.
  setImmediate(() => session.tidy());
  return op === 'run' ? session.run(request, slot) : session.parse(lists, timeoutMs, slot);
}
