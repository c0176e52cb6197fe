import { TracewiseError } from '../errors.ts';
import { pythonName } from './python-text.ts';
import type { TestFile } from './read-tests.ts';

const topLevelFunction = new RegExp(`^(?:async\\s+)?def\\s+(${pythonName})`, 'gmu');

/**
 * The function that a file's `check(candidate)` is for: the one of its own call of `check`, or the program's last.
 * Undefined where it has no such test. Throws ERR_TASK where neither names one.
 */
export function entryPointOf({ tests, checked }: TestFile, program: string): string | undefined {
  if (!tests.some(({ kind }) => kind === 'check')) return undefined;
  const found = checked ?? [...program.matchAll(topLevelFunction)].at(-1)?.[1];
  if (found !== undefined) return found;
  throw new TracewiseError(
    'ERR_TASK',
    'Expected a function to hand to `check(candidate)` but found none in the program; write `check(NAME)` behind it',
  );
}
