import type { ExecutionLimits } from '../program-runner.ts';

/** Bounds of a run where neither the runner nor the request gives others. */
export const defaultLimits: ExecutionLimits = Object.freeze({
  timeoutMs: 2000,
  memoryBytes: 256 * 2 ** 20,
  stdoutBytes: 64 * 2 ** 10,
  traceEvents: 2000,
  traceBytes: 256 * 2 ** 10,
  valueChars: 200,
  valueItems: 20,
  valueDepth: 4,
  locals: 40,
});
