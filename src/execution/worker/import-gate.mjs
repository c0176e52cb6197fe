import { allowed, allowedWithPath, endings, refused } from './import-policy.mjs';
import { Stopped } from './stopped.mjs';

const ENAMETOOLONG = -37;
const EROFS = -69;
// A path of many megabytes made Emscripten's path code exhaust the JavaScript heap, which ends the whole process.
const longestPath = 1024;
const writingFlags = 3 | 64 | 512 | 1024; // O_ACCMODE, O_CREAT, O_TRUNC, O_APPEND

/**
 * The lock: wrappers around every function that the interpreter's WebAssembly imports. They must be put in place
 * before instantiation, since the function table takes its entries from the same object. Denial throws through
 * the interpreter's frames, which Python cannot catch.
 */
export class ImportGate {
  locked = false;
  /** In `performance.now()`; checked where the evaluation loop polls for signals. */
  deadline = Number.POSITIVE_INFINITY;
  /** Bytes that the linear memory may grow to. */
  heapLimit = Number.POSITIVE_INFINITY;
  outOfMemory = false;
  /** Called when something was written; may throw through the interpreter. */
  afterWrite = () => {};
  /** What was wrapped; for the fuzzer. @type {Record<string, any>} */
  imports = {};
  /** @type {() => Uint8Array} */
  #heap = () => new Uint8Array();

  /** @param {() => Uint8Array} heap the linear memory, which moves when it grows */
  setHeap(heap) {
    this.#heap = heap;
  }

  /** Replaces the members of Emscripten's `env` object. @param {Record<string, any>} env */
  install(env) {
    this.imports = env;
    Object.assign(env, this.#universalTime(env));
    for (const [name, stock] of Object.entries(env)) {
      if (typeof stock !== 'function' || (allowed.has(name) && name !== 'fd_write')) continue;
      const wrapper = this.#wrap(name, stock);
      // Emscripten reads these two properties of an import.
      if (stock.sig) wrapper.sig = stock.sig;
      if (stock.stub) wrapper.stub = stock.stub;
      env[name] = wrapper;
    }
  }

  #wrap(name, stock) {
    if (name === '_Py_CheckEmscriptenSignals_Helper') return () => this.#checkDeadline() ?? 0;
    if (name === 'fd_write') return (...args) => this.#write(stock, args);
    if (name === 'emscripten_get_now') return () => this.#checkDeadline() ?? stock();
    if (name === 'emscripten_resize_heap') return (bytes) => this.#grow(bytes >>> 0, stock);
    if (name === '__syscall_openat')
      return this.#guard(name, stock, (_dir, _path, flags) => flags & writingFlags && EROFS);
    if (allowedWithPath.has(name)) return this.#guard(name, stock);
    if (endings.has(name)) return this.#end(name, stock);
    return this.#deny(name, stock);
  }

  /** Local time is the host's otherwise, and results would differ from machine to machine. */
  #universalTime({ _gmtime_js: gmtime, _timegm_js: timegm, _localtime_js, _mktime_js, _tzset_js }) {
    const view = () => new DataView(this.#heap().buffer);
    const localtime = (time, tm) => {
      gmtime(time, tm);
      view().setInt32((tm >>> 0) + 32, 0, true); // tm_isdst
      view().setInt32((tm >>> 0) + 36, 0, true); // tm_gmtoff
    };
    const tzset = (offset, daylight, standardName, daylightName) => {
      view().setInt32(offset >>> 0, 0, true);
      view().setInt32(daylight >>> 0, 0, true);
      for (const name of [standardName, daylightName]) this.#heap().set([0x55, 0x54, 0x43, 0], name >>> 0);
    };
    const stocks = { _localtime_js, _mktime_js, _tzset_js };
    const ours = { _localtime_js: localtime, _mktime_js: (tm) => timegm(tm), _tzset_js: tzset };
    for (const [name, own] of Object.entries(ours)) own.sig = stocks[name].sig;
    return ours;
  }

  #checkDeadline() {
    if (this.locked && performance.now() > this.deadline) throw new Stopped('timed-out', '');
  }

  #write(stock, args) {
    const result = stock(...args);
    this.afterWrite();
    return result;
  }

  #grow(bytes, stock) {
    if (bytes <= this.heapLimit) return stock(bytes);
    this.outOfMemory = true;
    return 0;
  }

  #guard(name, stock, refuse = () => 0) {
    const position = allowedWithPath.get(name);
    return (...args) => {
      if (!this.locked) return stock(...args);
      return this.#isLong(args[position]) ? ENAMETOOLONG : refuse(...args) || stock(...args);
    };
  }

  #isLong(pointer) {
    const start = pointer >>> 0;
    return !this.#heap()
      .subarray(start, start + longestPath + 1)
      .includes(0);
  }

  #end(name, stock) {
    return (...args) => {
      if (this.locked) throw new Stopped(endings.get(name), name);
      return stock(...args);
    };
  }

  #deny(name, stock) {
    const answer = refused.get(name);
    return (...args) => {
      if (!this.locked) return stock(...args);
      if (answer !== undefined) return answer;
      throw new Stopped('denied', name);
    };
  }
}
