import { Devices } from './devices.mjs';
import { loadGatedPyodide } from './load-pyodide.mjs';
import { MemoryImage } from './memory-image.mjs';
import { Stopped } from './stopped.mjs';

// What the program says is parsed by others; its size is bounded here, before it is copied out.
const longestReply = 16 << 20;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One locked Python. Nothing runs in it before the lock is closed, and it never opens again. */
export class Interpreter {
  #emscripten;
  #entry;
  #image;

  /**
   * @param {{ wasm: WebAssembly.Module, snapshot: Uint8Array }} sources
   * @param {'run_program' | 'run_judge'} entry the function of `wasm_host.py` that answers messages
   */
  static async boot(sources, entry) {
    const { py, gate, emscripten } = await loadGatedPyodide(sources);
    const interpreter = new Interpreter();
    interpreter.devices = new Devices();
    interpreter.devices.attach(py);
    py.setInterruptBuffer(new Int32Array(1)); // makes the evaluation loop poll, hence the deadline hold
    py.runPython('import tracewise.wasm_host as w, tracewise.confine as c; w.attach(); c.confine()');
    for (const path of ['/dev/tty', '/dev/tty1']) py.FS.unlink(path);
    interpreter.gate = gate;
    gate.afterWrite = () => interpreter.devices.checkOutput();
    interpreter.version = py.runPython('import sys; sys.version.split()[0]');
    interpreter.#emscripten = emscripten;
    interpreter.#entry = entryFunction(emscripten, entry);
    interpreter.#image = new MemoryImage(emscripten, py.FS);
    gate.locked = true;
    return interpreter;
  }

  get heapBytes() {
    return this.#emscripten.HEAPU8.length;
  }

  /** Bytes of the image: what a program finds in use. */
  get imageBytes() {
    return this.#image.byteLength;
  }

  /** Bytes that the heap's end stands at; what is freed below it is used again. */
  get usedBytes() {
    return this.#emscripten._sbrk(0);
  }

  restore() {
    this.gate.deadline = Number.POSITIVE_INFINITY;
    this.gate.outOfMemory = false;
    this.#image.restore();
  }

  /**
   * Sends a message, gives the reply. Throws `Stopped` where the interpreter was stopped; it must be restored then.
   * @param {string} message @param {number} deadline in `performance.now()`
   */
  send(message, deadline) {
    this.gate.deadline = deadline;
    try {
      return this.#call(encoder.encode(message));
    } catch (error) {
      throw asStopped(error);
    } finally {
      this.gate.deadline = Number.POSITIVE_INFINITY;
    }
  }

  #call(bytes) {
    const m = this.#emscripten;
    const pointer = m._malloc(bytes.length + 4);
    if (pointer === 0) throw new Stopped('harness', 'no memory for the message');
    m.HEAPU8.set(bytes, pointer);
    const message = m._PyUnicode_FromStringAndSize(pointer, bytes.length);
    const reply = message === 0 ? 0 : m._PyObject_CallOneArg(this.#entry, message);
    if (reply === 0) throw new Stopped('harness', 'the program broke the code that reports on it');
    const text = m._PyUnicode_AsUTF8AndSize(reply, pointer);
    const length = m.HEAPU32[pointer >>> 2];
    if (text === 0) throw new Stopped('harness', 'no text came back');
    if (length > longestReply) throw new Stopped('too-large', `${length} bytes came back`);
    const out = decoder.decode(m.HEAPU8.subarray(text >>> 0, (text >>> 0) + length));
    m._Py_DecRef(reply);
    m._Py_DecRef(message);
    m._free(pointer);
    return out;
  }
}

function entryFunction(emscripten, name) {
  const text = (value) => emscripten.stringToNewUTF8(value);
  const module = emscripten._PyImport_ImportModule(text('tracewise.wasm_host'));
  return emscripten._PyObject_GetAttrString(module, text(name));
}

function asStopped(error) {
  if (error instanceof Stopped) return error;
  if (error instanceof RangeError) return new Stopped('stack-overflow', '');
  return new Stopped('crash', String(error?.message ?? error).slice(0, 200));
}
