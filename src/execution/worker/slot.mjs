/**
 * Memory shared by the main thread and a worker for one call: what the worker is doing and until when, and the
 * trace so far. The main thread ends a worker that is past its deadline and still learns how far it came.
 */
const headerBytes = 16;

export class Slot {
  #deadline;
  #numbers;

  /** @param {SharedArrayBuffer} memory */
  constructor(memory) {
    this.memory = memory;
    this.#deadline = new Float64Array(memory, 0, 1);
    this.#numbers = new Int32Array(memory, 8, 2);
    this.trace = new Uint8Array(memory, headerBytes);
  }

  /** @param {number} traceBytes */
  static allocate(traceBytes) {
    return new Slot(new SharedArrayBuffer(headerBytes + traceBytes));
  }

  /** Says that item `index` runs now, until `deadline` in ms since the epoch. */
  begin(index, deadline) {
    this.#numbers[0] = index;
    this.#numbers[1] = 0;
    this.#deadline[0] = deadline;
  }

  end() {
    this.#deadline[0] = 0;
  }

  /** 0: nothing runs. */
  get deadline() {
    return this.#deadline[0];
  }

  get index() {
    return this.#numbers[0];
  }

  set traceLength(length) {
    this.#numbers[1] = length;
  }

  get traceLines() {
    return Buffer.from(this.trace.slice(0, this.#numbers[1])).toString('latin1');
  }
}
