/**
 * How a program ended by its own interpreter's account; undefined where it did not fail.
 * @param {any} reply @param {boolean} outOfMemory whether the memory limit was reached
 * @param {boolean} [withTest] whether the test ran there too, so that its own assert may have failed
 */
export function outcomeOfProgram(reply, outOfMemory, withTest = false) {
  if (reply.notParsable !== undefined) {
    const exception = {
      type: String(reply.notParsable),
      message: String(reply.message),
      line: reply.line ?? undefined,
    };
    return { outcome: 'not-parsable', exception };
  }
  if (reply.raised === undefined) return undefined;
  const { type, message, line, assertion } = reply.raised;
  if (withTest && assertion && line === null) return { outcome: 'failed', detail: message || undefined };
  const outcome =
    type === 'MemoryError' || (outOfMemory && type === 'SystemError') ? 'out-of-memory' : 'raised';
  return { outcome, exception: { type, message, line: line ?? undefined } };
}

const details = {
  exit: 'the interpreter exited',
  denied: 'denied',
  crash: 'the interpreter crashed',
  'stack-overflow': 'stack overflow',
  'too-large': 'result too large',
  harness: 'no report',
};

/** How a run ended whose interpreter was stopped. @param {import('./stopped.mjs').Stopped} stop @param {boolean} outOfMemory */
export function outcomeOfStop({ reason, detail }, outOfMemory) {
  if (reason === 'timed-out') return { outcome: 'timed-out' };
  if (outOfMemory && reason !== 'denied') return { outcome: 'out-of-memory', detail: 'memory limit' };
  return { outcome: 'killed', detail: detail ? `${details[reason]}: ${detail}` : details[reason] };
}
