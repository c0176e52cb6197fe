import { z } from 'zod';
import { TracewiseError } from './errors.ts';

/** What a schema makes of a user's options. Throws a TracewiseError (ERR_OPTIONS) that names every wrong one. */
export function checkOptions<Schema extends z.ZodType>(
  schema: Schema,
  options: unknown,
  expected: string,
): z.output<Schema> {
  const { data, error } = schema.safeParse(options);
  if (!error) return data;
  throw new TracewiseError('ERR_OPTIONS', `Expected ${expected} but received:\n${z.prettifyError(error)}`, {
    details: { issues: error.issues },
  });
}
