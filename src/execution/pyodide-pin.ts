import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { TracewiseError } from '../errors.ts';

/** The build whose imports were reviewed for the lock; another one may have imports that nobody has looked at. */
export const pinnedPyodide = {
  version: '314.0.7',
  files: {
    'pyodide.asm.wasm': 'cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6',
    'pyodide.asm.mjs': 'f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635',
    'pyodide.mjs': '6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109',
    'python_stdlib.zip': 'fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a',
  },
} as const;

// Node's types name WebAssembly's types, not its functions.
const { WebAssembly: webAssembly } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
};

/** The compiled interpreter. Throws a TracewiseError (ERR_SANDBOX) where the installed Pyodide is another than the pinned one. */
export async function loadPinnedWasm(): Promise<WebAssembly.Module> {
  const require = createRequire(import.meta.url);
  const wanted = Object.entries(pinnedPyodide.files);
  const contents = await Promise.all(wanted.map(([name]) => readFile(require.resolve(`pyodide/${name}`))));
  for (const [i, [name, sha256]] of wanted.entries()) {
    const found = createHash('sha256').update(contents[i]!).digest('hex');
    if (found !== sha256) {
      throw new TracewiseError(
        'ERR_SANDBOX',
        `Expected pyodide ${pinnedPyodide.version} but its ${name} is another; install exactly that version`,
        { details: { file: name, expected: sha256, found } },
      );
    }
  }
  return webAssembly.compile(contents[0]!);
}
