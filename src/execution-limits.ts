import { z } from 'zod';

const count = z.number().int().positive();

/** Of one test's run. The hard ends of what a caller may ask for: sizes that are kept in this process, in bytes or numbers. */
export const executionLimitsSchema = z
  .strictObject({
    timeoutMs: count.max(600_000),
    memoryBytes: count.min(8 * 2 ** 20, 'is less than the 8 MB that a run takes').max(2 ** 31),
    stdoutBytes: count.max(64 * 2 ** 20),
    traceEvents: count.max(1_000_000),
    traceBytes: count.max(64 * 2 ** 20),
    valueChars: count.max(100_000),
    valueItems: count.max(100_000),
    valueDepth: count.max(50),
    locals: count.max(10_000),
  })
  .partial();
