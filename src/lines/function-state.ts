import { logicalLines } from './logical-lines.ts';

/** Where generated code stands with regard to the function that is asked for. */
export type FunctionState = 'before' | 'inside' | 'after';

/**
 * `inside` from `def NAME(` at column 0 to the next statement at column 0; a further `def NAME(` is inside
 * again (the reference's detector, which can switch on again). Methods never count.
 */
export function functionState(code: string, entryPoint: string): FunctionState {
  const header = headerPattern(entryPoint);
  let state: FunctionState = 'before';
  for (const line of logicalLines(code)) {
    if (line.indent > 0) continue;
    if (header.test(line.text)) state = 'inside';
    else if (state === 'inside') state = 'after';
  }
  return state;
}

/** Offset of the statement that ends the function; the code's length while none has come. */
export function endOfFunction(code: string, entryPoint: string): number {
  const header = headerPattern(entryPoint);
  let inside = false;
  for (const line of logicalLines(code)) {
    if (line.indent > 0) continue;
    if (header.test(line.text)) inside = true;
    else if (inside) return line.start;
  }
  return code.length;
}

/** Whether the code holds the function's header. */
export function definesFunction(code: string, entryPoint: string): boolean {
  return logicalLines(code).some((line) => line.indent === 0 && headerPattern(entryPoint).test(line.text));
}

function headerPattern(entryPoint: string): RegExp {
  return new RegExp(`^(?:async\\s+)?def\\s+${entryPoint.replace(/[^\w]/g, '\\$&')}\\s*[[(]`);
}
