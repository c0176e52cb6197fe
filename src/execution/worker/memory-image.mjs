// A page: smaller blocks find few more zeros.
const blockBytes = 1 << 12;
const zeros = new Uint8Array(blockBytes);

/**
 * The state of a locked interpreter before any program ran in it: its linear memory, its stack pointer and its
 * open files. Copying it back takes about a millisecond and resets everything bit for bit, also an interpreter
 * that was left in the middle of something.
 */
export class MemoryImage {
  #module;
  #files;
  #stackPointer;
  #bytes;
  #runs;
  #streams;

  /** @param {any} module Emscripten's module object @param {any} files its file system */
  constructor(module, files) {
    this.#module = module;
    this.#files = files;
    this.#stackPointer = module.___stack_pointer.value;
    const used = (module._sbrk(0) + 0xffff) & ~0xffff;
    this.#bytes = module.HEAPU8.slice(0, used);
    this.#runs = runsOf(this.#bytes);
    this.#streams = files.streams.map((stream, fd) => stream && { stream, fd, flags: stream.flags });
  }

  get byteLength() {
    return this.#bytes.length;
  }

  restore() {
    const heap = this.#module.HEAPU8;
    for (const { begin, end, saved } of this.#runs) {
      if (saved) heap.set(saved, begin);
      else heap.fill(0, begin, end);
    }
    heap.fill(0, this.#bytes.length);
    this.#module.___stack_pointer.value = this.#stackPointer;
    this.#restoreStreams();
  }

  /** A program may have closed our streams, changed their flags, or opened files of its own. */
  #restoreStreams() {
    const { streams } = this.#files;
    streams.length = this.#streams.length;
    for (const [fd, saved] of this.#streams.entries()) {
      streams[fd] = saved?.stream ?? null;
      if (saved) Object.assign(saved.stream, { fd, flags: saved.flags });
    }
  }
}

/**
 * Almost half of the memory is zero, and zeros are written several times faster than bytes are copied.
 * @param {Uint8Array} bytes
 */
function runsOf(bytes) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const runs = [];
  for (let begin = 0; begin < bytes.length; begin += blockBytes) {
    const end = Math.min(begin + blockBytes, bytes.length);
    const isZero = view.compare(zeros, 0, end - begin, begin, end) === 0;
    const last = runs.at(-1);
    if (last && last.isZero === isZero) last.end = end;
    else runs.push({ begin, end, isZero });
  }
  return runs.map(({ begin, end, isZero }) => ({
    begin,
    end,
    saved: isZero ? undefined : bytes.subarray(begin, end),
  }));
}
