import { readFile } from 'node:fs/promises';
import { TracewiseError } from '../errors.ts';

/** Without the byte order mark that some editors begin a file with. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** A file's text. Throws a TracewiseError (ERR_TASK) that names the file and `what` it should have been. */
export function readTextFile(file: string, what = 'file'): Promise<string> {
  const reading = readFile(file, 'utf8').then(withoutMark);
  return reading.catch((cause: NodeJS.ErrnoException) => {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected a ${what} but could not read ${file}: ${cause.code ?? cause.message}`,
      { cause },
    );
  });
}
