import { Stopped } from './stopped.mjs';

// What a program may print in all; far more than anybody keeps, far less than it prints until its deadline.
const longestOutput = 16 << 20;
const noSlot = { trace: new Uint8Array(), traceLength: 0 };

/**
 * The ways out of an interpreter while it runs: standard output, the trace, and (the judge's) questions. They
 * write to memory of this thread at once, so that what a program had done is known when it is stopped.
 */
export class Devices {
  /** Bytes kept of standard output; the rest is counted. */
  outputLimit = 0;
  outputBytes = 0;
  /** @type {Uint8Array[]} */
  #output = [];
  #input = new Uint8Array();
  #inputAt = 0;
  /** Where the trace goes; shared with the main thread, which reads it when it had to end this thread. */
  #slot = noSlot;
  #traceLength = 0;
  /** Answers a question; may throw through the interpreter. @type {(question: string) => string} */
  answer = () => '{}';
  #reply = new Uint8Array();
  #replyAt = 0;

  /** @param {any} py a loaded, unlocked Pyodide */
  attach(py) {
    py.setStdout({ write: (bytes) => this.#writeOutput(bytes), isatty: false });
    py.setStderr({ write: (bytes) => bytes.length, isatty: false });
    py.setStdin({ read: (buffer) => this.#readInput(buffer), isatty: false });
    this.#register(py.FS, 'trace', 120, { write: (bytes) => this.#writeTrace(bytes) });
    this.#register(py.FS, 'ask', 121, {
      write: (bytes) => this.#ask(bytes),
      read: (buffer) => this.#readReply(buffer),
    });
  }

  #register(files, name, major, { write, read }) {
    const device = files.makedev(major, 0);
    files.registerDevice(device, {
      write: (_stream, heap, offset, length) => write(heap.subarray(offset, offset + length)),
      read: (_stream, heap, offset, length) => read?.(heap.subarray(offset, offset + length)) ?? 0,
    });
    files.mkdev(`/dev/tracewise-${name}`, 0o600, device);
  }

  /** @param {{ outputLimit: number, input?: string }} run */
  begin({ outputLimit, input = '' }) {
    this.outputLimit = outputLimit;
    this.outputBytes = 0;
    this.#output = [];
    this.#input = new TextEncoder().encode(input);
    this.#inputAt = 0;
    this.#traceLength = 0;
    this.#slot.traceLength = 0;
  }

  /** @param {{ trace: Uint8Array, traceLength: number }} slot */
  attachTrace(slot) {
    this.#slot = slot;
  }

  /** The slot is the main thread's again. */
  detachTrace() {
    this.#slot = noSlot;
  }

  /** Ends a run that floods its output; called where Pyodide's own streams do not catch it. */
  checkOutput() {
    if (this.outputBytes > Math.max(longestOutput, this.outputLimit)) throw new Stopped('output', '');
  }

  get output() {
    return new TextDecoder().decode(Buffer.concat(this.#output));
  }

  /** The trace's lines so far, each one event. */
  get traceLines() {
    return Buffer.from(this.#slot.trace.subarray(0, this.#traceLength)).toString('latin1');
  }

  #writeOutput(bytes) {
    const room = this.outputLimit - Math.min(this.outputBytes, this.outputLimit);
    if (room > 0) this.#output.push(bytes.slice(0, room));
    this.outputBytes += bytes.length;
    return bytes.length;
  }

  #readInput(buffer) {
    const part = this.#input.subarray(this.#inputAt, this.#inputAt + buffer.length);
    buffer.set(part);
    this.#inputAt += part.length;
    return part.length;
  }

  #writeTrace(bytes) {
    const { trace } = this.#slot;
    if (this.#traceLength + bytes.length <= trace.length) {
      trace.set(bytes, this.#traceLength);
      this.#traceLength += bytes.length;
      this.#slot.traceLength = this.#traceLength;
    }
    return bytes.length;
  }

  #ask(bytes) {
    const reply = Buffer.from(this.answer(Buffer.from(bytes).toString('latin1')), 'utf8');
    this.#reply = Buffer.alloc(4 + reply.length);
    this.#reply.writeUInt32LE(reply.length);
    this.#reply.set(reply, 4);
    this.#replyAt = 0;
    return bytes.length;
  }

  #readReply(buffer) {
    const part = this.#reply.subarray(this.#replyAt, this.#replyAt + buffer.length);
    buffer.set(part);
    this.#replyAt += part.length;
    return part.length;
  }
}
