// Runs escapes in this process, in one locked interpreter, under watch; a child of `escapes.test.ts`.
// stdin: { snapshot, programs, unlocked }; stdout: one line of JSON a program.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Interpreter } from '../../../src/execution/worker/interpreter.mjs';
import { Stopped } from '../../../src/execution/worker/stopped.mjs';
import { watchHost } from './host-canaries.mjs';

const { snapshot, programs, unlocked } = JSON.parse(readFileSync(0, 'utf8'));
const wasm = await WebAssembly.compile(
  readFileSync(createRequire(import.meta.url).resolve('pyodide/pyodide.asm.wasm')),
);
const interpreter = await Interpreter.boot(
  { wasm, snapshot: readFileSync(snapshot).subarray(32) },
  'run_program',
);
const limits = {
  traceEvents: 100,
  traceBytes: 9999,
  valueChars: 200,
  valueItems: 20,
  valueDepth: 4,
  locals: 40,
};
const write = process.stdout.write.bind(process.stdout);
const umask = process.umask();
const hits = watchHost();
const lines = [];
for (const program of programs) {
  hits.length = 0;
  interpreter.devices.begin({ outputLimit: 10_000 });
  interpreter.gate.heapLimit = interpreter.imageBytes + (256 << 20);
  interpreter.gate.locked = !unlocked;
  const ended = run(program);
  const found = [...hits];
  interpreter.gate.locked = true;
  interpreter.restore();
  lines.push({
    ended,
    hits: found,
    stdout: interpreter.devices.output,
    umaskKept: process.umask() === umask,
  });
}
write(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
process.exitCode = 0;

function run(program) {
  try {
    const reply = JSON.parse(
      interpreter.send(JSON.stringify({ op: 'load', program, limits }), performance.now() + 2000),
    );
    return reply.raised ? `raised ${reply.raised.type}` : reply.notParsable ? 'not-parsable' : 'returned';
  } catch (error) {
    return error instanceof Stopped ? `${error.reason} ${error.detail}`.trim() : `BROKEN ${error}`;
  }
}
