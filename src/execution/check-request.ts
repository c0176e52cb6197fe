import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { executionLimitsSchema } from '../execution-limits.ts';
import type { ExecutionLimits, ExecutionRequest } from '../program-runner.ts';

const testSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('assert'), source: z.string() }),
  z.strictObject({ kind: z.literal('check'), source: z.string() }),
  z.strictObject({ kind: z.literal('io'), stdin: z.string(), expectedStdout: z.string().optional() }),
]);

const requestSchema = z.strictObject({
  program: z.string(),
  entryPoint: z.string().optional(),
  setupCode: z.string().optional(),
  tests: z.array(testSchema),
  trace: z.boolean(),
  limits: executionLimitsSchema.optional(),
});

export type CheckedRequest = ExecutionRequest & { readonly limits: ExecutionLimits };

/** Checks a request and completes its limits. Throws a TracewiseError (ERR_OPTIONS). */
export function checkRequest(request: ExecutionRequest, limits: ExecutionLimits): CheckedRequest {
  const checked = checkOptions(requestSchema, request, 'a program to run');
  return { ...checked, limits: { ...limits, ...checked.limits } };
}
