import { z } from 'zod';
import type { ParsedProgram } from '../program-runner.ts';

const parsedSchema = z.object({ index: z.number().int().nonnegative(), normalized: z.string() }).nullable();

/** What a worker says of one list of attempts, checked. */
export function readParsed(value: unknown): ParsedProgram | undefined {
  return parsedSchema.parse(value) ?? undefined;
}
