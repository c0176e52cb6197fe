import { readFile } from 'node:fs/promises';
import { TracewiseError } from '../errors.ts';

/** A file's text. Throws a TracewiseError (ERR_TASK) that names the file and `what` it should have been. */
export function readTextFile(file: string, what = 'file'): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected a ${what} but could not read ${file}: ${cause.code ?? cause.message}`,
      { cause },
    );
  });
}
