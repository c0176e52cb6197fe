/** The text of a docstring statement, common indentation removed; '' where the statement is none. */
export function readDocstring(statement: string): string {
  const match = /^\s*([rRuU]?)("""|'''|"|')([\s\S]*?(?<!\\)(?:\\\\)*)\2\s*(?:#.*)?$/.exec(statement);
  if (!match) return '';
  const [, prefix, , written] = match;
  const text = /r/i.test(prefix!) ? written! : withoutEscapes(written!);
  const [first = '', ...rest] = text.split('\n');
  const margins = rest
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const margin = margins.length > 0 ? Math.min(...margins) : 0;
  return [first.trim(), ...rest.map((line) => line.slice(margin).trimEnd())].join('\n').trim();
}

const plain: Readonly<Record<string, string>> = { '\\': '\\', "'": "'", '"': '"', t: '\t', '\n': '' };

/**
 * A docstring's escapes undone. A lone `\n` stays as it is written: in Python it would break an example's line in
 * two, and who writes `f('a\nb')` in an example means the escape of the example's own string.
 */
function withoutEscapes(text: string): string {
  return text.replace(/\\(?:([\\'"t\n])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/g, (_, one, byte, unit) =>
    one !== undefined ? plain[one]! : String.fromCharCode(Number.parseInt(byte ?? unit, 16)),
  );
}
