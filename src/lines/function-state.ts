import { logicalLines } from './logical-lines.ts';

/** Where generated code stands with regard to what is asked for. */
export type FunctionState = 'before' | 'inside' | 'after';

/**
 * What a program has to define at column 0 to be an answer: the name of a function or a class, which may also be bound
 * (`NAME = …`); undefined where any program is one, since its tests only read what it prints.
 */
export type SoughtName = string | undefined;

/**
 * `inside` from `def NAME(` at column 0 to the next statement at column 0; a further `def NAME(` is inside
 * again (the reference's detector, which can switch on again). Methods never count.
 */
export function functionState(code: string, name: SoughtName): FunctionState {
  if (name === undefined) return 'inside';
  const end = endOfDefinition(code, name);
  if (end === undefined) return 'before';
  return end === code.length ? 'inside' : 'after';
}

/**
 * Offset of the statement that ends the last definition so far, overloads before it passed over; the code's length while
 * none has come.
 */
export function endOfFunction(code: string, name: SoughtName): number {
  return (name === undefined ? undefined : endOfDefinition(code, name)) ?? code.length;
}

/** Whether the code holds the header of what is asked for. */
export function definesFunction(code: string, name: SoughtName): boolean {
  return name === undefined ? code.trim() !== '' : endOfDefinition(code, name) !== undefined;
}

/** Undefined where nothing is defined. */
function endOfDefinition(code: string, name: string): number | undefined {
  const header = headerPattern(name);
  let end: number | undefined;
  for (const line of logicalLines(code)) {
    if (line.indent > 0) continue;
    if (header.test(line.text)) end = code.length;
    else if (end === code.length) end = line.start;
  }
  return end;
}

function headerPattern(name: string): RegExp {
  const escaped = name.replace(/[^\w]/g, '\\$&');
  return new RegExp(
    `^(?:(?:async\\s+)?def\\s+${escaped}\\s*[[(]|class\\s+${escaped}\\s*[[(:]|${escaped}\\s*(?::[^=\\n]+)?=(?!=))`,
  );
}
