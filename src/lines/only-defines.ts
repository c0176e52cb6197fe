import { logicalLines } from './logical-lines.ts';
import { startsDefinition } from './starts-definition.ts';

const belongsTo = /^@|^[\p{L}_][\p{L}\p{M}\p{N}_]*\s*(?::[^=\n]+)?=(?!=)/u;

const header = /:\s*(?:#[^\n]*)?$/;

/** Whether code only brings in functions, classes and modules, with their constants: it does nothing by itself. */
export function onlyDefines(code: string): boolean {
  const lines = logicalLines(code);
  const statements = lines.filter(({ indent }) => indent === 0);
  return (
    statements.some(({ text }) => startsDefinition(text)) &&
    statements.every(({ text }) => startsDefinition(text) || belongsTo.test(text)) &&
    lines.every(
      ({ text, indent, open }, i) => !open && (!header.test(text) || (lines[i + 1]?.indent ?? 0) > indent),
    )
  );
}
