import { z } from 'zod';
import type { ExecutionLimits, ProgramTest, TestResult } from '../../program-runner.ts';
import { readResult } from '../read-result.ts';
import { isExpectedStdout } from '../worker/compare-stdout.mjs';
import { badTest, outcomeOfProgram, outcomeOfStop } from '../worker/outcome.mjs';

const reply = z.record(z.string(), z.unknown());
/** One test as the server saw it go. */
const runSchema = z.object({
  load: reply.optional(),
  verdict: reply.optional(),
  inside: reply.optional(),
  told: reply.optional(),
  reason: z.string().optional(),
  stopped: z.tuple([z.string(), z.string()]).optional(),
  stdout: z.string(),
  stdoutBytes: z.number(),
  trace: z.string(),
  elapsedMs: z.number(),
});

type Run = z.output<typeof runSchema>;

/** Reads the outcome off what the server saw. */
export function readRun(value: unknown, test: ProgramTest, limits: ExecutionLimits): TestResult {
  const run = runSchema.parse(value);
  return readResult(
    {
      ...run.told,
      ...outcomeOf(run, test),
      stdout: run.stdout,
      stdoutTruncated: run.stdoutBytes > limits.stdoutBytes,
      trace: run.trace,
      elapsedMs: run.elapsedMs,
    },
    limits,
  );
}

function outcomeOf({ load, verdict, inside, reason, stopped, stdout }: Run, test: ProgramTest): object {
  if (stopped)
    return { ...outcomeOfStop({ reason: stopped[0], detail: stopped[1] }, false), traceEnded: 'killed' };
  const failure = load && outcomeOfProgram(load, false);
  if (failure) return failure;
  if (inside)
    return {
      detail: reason,
      ...(outcomeOfProgram(inside, false, true) ?? { outcome: 'passed' }),
      judged: 'inside',
    };
  if (test.kind === 'io') {
    if (test.expectedStdout === undefined) return { outcome: 'passed' };
    return {
      outcome: isExpectedStdout(stdout, test.expectedStdout) ? 'passed' : 'failed',
      judged: 'outside',
    };
  }
  if (typeof verdict?.badTest === 'string')
    return { outcome: 'raised', exception: badTest(verdict.badTest), judged: 'outside' };
  return { ...verdict };
}
