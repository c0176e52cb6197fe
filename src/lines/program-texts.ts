import { endOfFunction, type SoughtName } from './function-state.ts';
import { logicalLines } from './logical-lines.ts';
import { startsDefinition } from './starts-definition.ts';
import { trimAttempts } from './trim-attempts.ts';

/**
 * The texts to try as the program of an answer, in order: of a complete one itself, then without what follows its
 * function, prose perhaps. One that was cut short is trimmed to what parses; behind its function half a line is left out
 * first, since it may parse and still mean something else. In the end, the same without what stands before its first
 * definition.
 */
export function* programTexts(
  written: string,
  name: SoughtName,
  complete: boolean,
): Generator<string, void, undefined> {
  const end = endOfFunction(written, name);
  const goesOn = end < written.length;
  const lastLine = written.lastIndexOf('\n') + 1;
  if (complete) yield written;
  if (complete && goesOn) yield written.slice(0, end);
  if (!complete && goesOn && lastLine >= end) yield written.slice(0, lastLine);
  if (!complete) yield* trimAttempts(written);
  const start = logicalLines(written).find(({ text }) => startsDefinition(text))?.start ?? 0;
  if (start > 0) yield* programTexts(written.slice(start), name, complete);
}
