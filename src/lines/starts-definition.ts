const definition =
  /^(?:(?:async\s+)?def\s+[\p{L}_][^\n(]*\(|class\s+[\p{L}_][^\n(:]*[(:]|import\s+[\p{L}_][\p{L}\p{N}_.]*\s*(?:,|;|#|as\b|$)|from\s+\S+\s+import\b)/u;

/** Whether a statement brings in a function, a class or a module; a sentence that begins with such a word does not. */
export function startsDefinition(statement: string): boolean {
  return definition.test(statement);
}
