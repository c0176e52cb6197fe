import { logicalLines } from './logical-lines.ts';
import { startsDefinition } from './starts-definition.ts';

const belongsTo = /^@|^[\p{L}_][\p{L}\p{M}\p{N}_]*\s*(?::[^=\n]+)?=(?!=)/u;

/** Whether code only brings in functions, classes and modules, with their constants: it does nothing by itself. */
export function onlyDefines(code: string): boolean {
  const statements = logicalLines(code).filter(({ indent }) => indent === 0);
  return (
    statements.some(({ text }) => startsDefinition(text)) &&
    statements.every(({ text, open }) => !open && (startsDefinition(text) || belongsTo.test(text)))
  );
}
