import { endOfFunction, type SoughtName } from './function-state.ts';
import { trimAttempts } from './trim-attempts.ts';

/**
 * The texts to try as the program of an answer, in order: of a complete one itself, then without what follows its
 * function, prose perhaps. One that was cut short is trimmed to what parses; behind its function half a line is left out
 * first, since it may parse and still mean something else.
 */
export function programTexts(written: string, name: SoughtName, complete: boolean): string[] {
  const end = endOfFunction(written, name);
  const goesOn = end < written.length;
  if (complete) return goesOn ? [written, written.slice(0, end)] : [written];
  const lastLine = written.lastIndexOf('\n') + 1;
  const wholeLines = goesOn && lastLine >= end ? [written.slice(0, lastLine)] : [];
  return [...wholeLines, ...trimAttempts(written)];
}
