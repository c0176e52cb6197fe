import { TracewiseError } from '../errors.ts';
import { readPythonTask } from './read-python-task.ts';
import { parseTask, type Task } from './task.ts';

/** Without the byte order mark that some editors begin a file with. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}

/** A task from text: JSON where it starts with `{`, a Python file otherwise. Throws ERR_TASK. */
export function readTask(text: string, { id }: { id?: string } = {}): Task {
  const source = withoutMark(text);
  if (source.trim() === '')
    throw new TracewiseError('ERR_TASK', 'Expected a task but received an empty text');
  if (!source.trimStart().startsWith('{')) {
    if (isJson(source))
      throw new TracewiseError('ERR_TASK', 'Expected a JSON task, an object, but received other JSON');
    return readPythonTask(source, id === undefined ? {} : { id });
  }
  let json: unknown;
  try {
    json = JSON.parse(source);
  } catch (cause) {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected a JSON task but the text does not parse: ${(cause as Error).message}`,
      { cause },
    );
  }
  return parseTask(id === undefined ? json : { id, ...(json as object) });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
