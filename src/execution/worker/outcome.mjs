import { Stopped } from './stopped.mjs';

// Small arrays take many times the room of their text, and this thread's heap is not the program's.
const longestReply = 256 << 10;

/** Reads what a program's interpreter says of it, which the program can forge. @param {string} text */
export function readReply(text) {
  if (text.length > longestReply) throw new Stopped('too-large', `${text.length} bytes came back`);
  try {
    const reply = JSON.parse(text);
    if (typeof reply === 'object' && reply !== null && !Array.isArray(reply)) return reply;
  } catch {
    // Said below.
  }
  throw new Stopped('harness', 'the program broke the code that reports on it');
}

/**
 * How a program ended by its own interpreter's account; undefined where it did not fail.
 * @param {any} reply @param {boolean} outOfMemory whether the memory limit was reached
 * @param {boolean} [withTest] whether the test ran there too, so that its own assert may have failed
 */
export function outcomeOfProgram(reply, outOfMemory, withTest = false) {
  if (reply.notParsable !== undefined) {
    return { outcome: 'not-parsable', exception: exceptionOf(reply.notParsable, reply.message, reply.line) };
  }
  if (reply.raised === undefined) return undefined;
  const { type, message, line, assertion } = reply.raised ?? {};
  if (withTest && assertion && line === null)
    return { outcome: 'failed', detail: text(message) || undefined };
  const outcome =
    type === 'MemoryError' || (outOfMemory && type === 'SystemError') ? 'out-of-memory' : 'raised';
  return { outcome, exception: exceptionOf(type, message, line) };
}

function exceptionOf(type, message, line) {
  return {
    type: text(type) ?? 'Exception',
    message: text(message) ?? '',
    line: Number.isSafeInteger(line) ? line : undefined,
  };
}

function text(value) {
  return typeof value === 'string' ? value : undefined;
}

const details = {
  exit: 'the interpreter exited',
  denied: 'denied',
  crash: 'the interpreter crashed',
  'stack-overflow': 'stack overflow',
  'too-large': 'result too large',
  output: 'too much output',
  harness: 'no report',
};

/** How a run ended whose interpreter was stopped. @param {import('./stopped.mjs').Stopped} stop @param {boolean} outOfMemory */
export function outcomeOfStop({ reason, detail }, outOfMemory) {
  if (reason === 'timed-out') return { outcome: 'timed-out' };
  if (outOfMemory && reason !== 'denied') return { outcome: 'out-of-memory', detail: 'memory limit' };
  return { outcome: 'killed', detail: detail ? `${details[reason]}: ${detail}` : details[reason] };
}

/** What a test that cannot be read is an exception of. @param {string} text */
export function badTest(text) {
  return { type: 'SyntaxError', message: `the test cannot be read: ${text}` };
}
