import { logicalLines } from './logical-lines.ts';

const definition = /^(?:(?:async\s+)?def|class|from|import)\b/;
const belongsTo = /^@|^[\p{L}_][\p{L}\p{M}\p{N}_]*\s*(?::[^=\n]+)?=(?!=)/u;

/** Whether code only brings in functions, classes and modules, with their constants: it does nothing by itself. */
export function onlyDefines(code: string): boolean {
  const statements = logicalLines(code).filter(({ indent }) => indent === 0);
  return (
    statements.some(({ text }) => definition.test(text)) &&
    statements.every(({ text, open }) => !open && (definition.test(text) || belongsTo.test(text)))
  );
}
