// Counts calls of Node's own modules, so that a program that reaches the host is seen doing it.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const require = createRequire(import.meta.url);
const watched =
  'fs fs/promises child_process net tls dgram dns http https http2 vm worker_threads inspector os cluster repl'.split(
    ' ',
  );

/** Watches from now on; `hits` says what was called. */
export function watchHost() {
  const hits = [];
  for (const name of watched) wrapFunctions(require(`node:${name}`), name, hits);
  wrapFunctions(process, 'process', hits, [
    'kill',
    'exit',
    'abort',
    'chdir',
    'umask',
    'getBuiltinModule',
    'dlopen',
    'binding',
  ]);
  wrapFunctions(globalThis, 'globalThis', hits, [
    'eval',
    'fetch',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'WebSocket',
    'Function',
  ]);
  syncBuiltinESMExports();
  return hits;
}

function wrapFunctions(target, label, hits, names = Object.keys(target)) {
  for (const name of names) {
    const stock = target[name];
    if (typeof stock !== 'function' || /^[A-Z]/.test(name) === (name !== 'Function' && name !== 'WebSocket'))
      continue;
    const wrapper = new Proxy(stock, {
      apply(wrapped, self, args) {
        hits.push(`${label}.${name}`);
        return Reflect.apply(wrapped, self, args);
      },
      construct(wrapped, args, target) {
        hits.push(`new ${label}.${name}`);
        return Reflect.construct(wrapped, args, target);
      },
    });
    try {
      target[name] = wrapper;
    } catch {
      // A few members are read-only; they are none that a program could use.
    }
  }
}
