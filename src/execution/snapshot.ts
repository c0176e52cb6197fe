import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { cacheFolder } from '../cache-folder.ts';
import { TracewiseError } from '../errors.ts';
import { pinnedPyodide } from './pyodide-pin.ts';
import { readSnapshot, writeSnapshot } from './snapshot-cache.ts';
import { workerFolder } from './worker-folder.ts';

const making = new Map<string, Promise<SharedArrayBuffer>>();

/**
 * The memory of an interpreter that has imported everything once: starting from it takes a quarter of a second
 * in place of two. Made once a process, shared by its threads, and kept on disk where a cache is wanted.
 */
export function loadSnapshot(
  wasm: WebAssembly.Module | Promise<WebAssembly.Module>,
  cache: string | boolean,
): Promise<SharedArrayBuffer> {
  const folder = cache === true ? cacheFolder() : cache || undefined;
  const key = folder ?? '';
  const snapshot = making.get(key) ?? findOrMake(wasm, folder);
  making.set(key, snapshot);
  snapshot.catch(() => making.delete(key));
  return snapshot;
}

async function findOrMake(
  wasm: WebAssembly.Module | Promise<WebAssembly.Module>,
  folder: string | undefined,
): Promise<SharedArrayBuffer> {
  const file = folder && join(folder, `pyodide-${pinnedPyodide.version}-${sourcesHash()}.snapshot`);
  const found = file && (await readSnapshot(file));
  if (found) return found;
  const made = await makeSnapshot(await wasm);
  if (file) await writeSnapshot(file, made);
  return made;
}

/** Of all that goes into the snapshot besides Pyodide itself, whose build is pinned. */
function sourcesHash(): string {
  const hash = createHash('sha256').update(Object.values(pinnedPyodide.files).join());
  for (const folder of [workerFolder(), join(workerFolder(), 'tracewise')]) {
    for (const name of readdirSync(folder).sort()) {
      if (/\.(?:mjs|py)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

function makeSnapshot(wasm: WebAssembly.Module): Promise<SharedArrayBuffer> {
  const worker = new Worker(join(workerFolder(), 'make-snapshot.mjs'), {
    workerData: { wasm },
    env: {},
    stdout: true,
    stderr: true,
  });
  return new Promise<SharedArrayBuffer>((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(
        new TracewiseError('ERR_SANDBOX', `Expected to start Pyodide but it failed: ${cause.message}`, {
          cause,
        }),
      );
    worker.once('message', resolve);
    worker.once('error', fail);
    worker.once('exit', () => fail(new Error('the thread ended without a snapshot')));
  }).finally(() => worker.terminate());
}
