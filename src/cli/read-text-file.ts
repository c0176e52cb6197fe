import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import { TracewiseError } from '../errors.ts';
import { withoutMark } from '../task/read-task.ts';

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

/** The same, or standard input for `-`, until `signal` aborts. */
export async function readSource(file: string, signal: AbortSignal, what?: string): Promise<string> {
  if (file !== '-') return readTextFile(file, what);
  return withoutMark(await text(addAbortSignal(signal, process.stdin)));
}
