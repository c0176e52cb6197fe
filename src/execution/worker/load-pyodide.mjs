import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';
import createPyodideModule from 'pyodide/pyodide.asm.mjs';
import { ImportGate } from './import-gate.mjs';

const largeModuleBytes = 1e6;
// Pyodide finds itself by a stack trace otherwise, which source maps lead astray.
const indexURL = dirname(fileURLToPath(import.meta.resolve('pyodide/pyodide.mjs')));

/**
 * Loads Pyodide with the gate around its imports, still open.
 * @param {{ wasm: WebAssembly.Module, snapshot?: Uint8Array, makeSnapshot?: boolean }} options
 */
export async function loadGatedPyodide({ wasm, snapshot, makeSnapshot = false }) {
  const gate = new ImportGate();
  const py = await loadPyodide({
    indexURL,
    stdout: () => {},
    stderr: () => {},
    stdin: () => null,
    // Deterministic hashes, hence set orders; the snapshot freezes them in any case.
    env: { HOME: '/home/user', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0', TZ: 'UTC' },
    _sysExecutable: '/usr/bin/python3',
    jsglobals: { __proto__: null },
    enableRunUntilComplete: false,
    ...(snapshot && { _loadSnapshot: snapshot }),
    ...(makeSnapshot && { _makeSnapshot: true }),
    async createPyodideModule(settings) {
      const stock = settings.instantiateWasm;
      settings.instantiateWasm = (imports, done) => {
        gate.install(imports.env);
        useCompiled(wasm);
        return stock(imports, done);
      };
      // Emscripten fills in the object that it is given, before it starts what it has instantiated.
      gate.setHeap(() => settings.HEAPU8);
      return createPyodideModule(settings);
    },
  });
  gate.setHeap(() => py._module.HEAPU8);
  return { py, gate, emscripten: py._module };
}

/** Lets the next instantiation of a large binary take the module that the main thread compiled. */
function useCompiled(wasm) {
  const stock = WebAssembly.instantiate;
  WebAssembly.instantiate = async (source, imports) => {
    if (source instanceof WebAssembly.Module || source.byteLength < largeModuleBytes)
      return stock(source, imports);
    WebAssembly.instantiate = stock;
    return { instance: await stock(wasm, imports), module: wasm };
  };
}
