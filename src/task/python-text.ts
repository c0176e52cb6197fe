/** Source of a regular expression (flag `u`) for a Python name, which may be written in any script. */
export const pythonName = String.raw`[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*`;

/** Stands before or behind a name in a pattern, where `\b` knows the letters of ASCII alone. */
export const noNameBefore = String.raw`(?<![\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}])`;
const noNameAfter = String.raw`(?![\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}])`;

/** The source with what strings and comments hold blanked out, so that only code is found in it; as long as before. */
export function codeOnly(source: string): string {
  return source.replace(stringsAndComments, (text) =>
    text.startsWith('#') ? ' '.repeat(text.length) : `"${'0'.repeat(text.length - 2)}"`,
  );
}

const stringsAndComments =
  /"""(?:\\[\s\S]|[\s\S])*?"""|'''(?:\\[\s\S]|[\s\S])*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#.*/g;

/** Whether a name stands in the code as a word of its own. */
export function mentions(code: string, name: string): boolean {
  return new RegExp(`${noNameBefore}${name}${noNameAfter}`, 'u').test(code);
}

const statement =
  /^(?:assert|async|class|def|del|for|from|global|if|import|nonlocal|pass|raise|return|try|while|with)\b|^type\s+\w|^match\b[^\n]*:\s*(?:\n|$)/;

/** Whether a logical line is a statement by its first word: no expression, and no assignment. */
export function isStatement(line: string): boolean {
  return statement.test(line);
}
