import { z } from 'zod';
import type { ExecutionLimits, TestResult } from '../program-runner.ts';
import { readTrace } from './read-trace.ts';

const text = (max: number) =>
  z.string().transform((value) => (value.length > max ? `${value.slice(0, max)}…` : value));
/** Absent where it is of the wrong shape too: the program may have said it. */
const absent = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined);
const longestText = 200_000;

/** What a worker may say of a test; strings are cut, unknown fields dropped. */
const resultSchema = z.object({
  outcome: z.enum(['passed', 'failed', 'raised', 'timed-out', 'out-of-memory', 'killed', 'not-parsable']),
  judged: absent(z.enum(['outside', 'inside'])),
  call: absent(text(longestText)),
  callNumber: absent(z.number().int().positive()),
  joint: absent(z.literal(true)),
  returned: absent(text(longestText)),
  expected: absent(text(longestText)),
  exception: absent(
    z.object({ type: text(200), message: text(longestText), line: absent(z.number().int().nonnegative()) }),
  ),
  detail: absent(text(2000)),
  returnedLocals: absent(z.array(text(1000)).max(10_000)),
  expectedLocals: absent(z.array(text(1000)).max(10_000)),
  stdout: z.string(),
  stdoutTruncated: z.boolean(),
  trace: z.string(),
  traceEnded: absent(z.literal('killed')),
  elapsedMs: z.number().nonnegative(),
});

/** One test's result as a worker tells it, checked and rebuilt. Throws where it is none. */
export function readResult(value: unknown, limits: ExecutionLimits): TestResult {
  const { trace, traceEnded, stdout, ...said } = resultSchema.parse(value);
  const defined = Object.fromEntries(Object.entries(said).filter(([, field]) => field !== undefined));
  const read = readTrace(trace);
  return {
    ...(defined as Pick<TestResult, 'outcome' | 'stdoutTruncated' | 'elapsedMs'>),
    stdout: stdout.slice(0, limits.stdoutBytes),
    ...read,
    ...(traceEnded && !read.traceEnded && { traceEnded }),
  };
}
