/** The text of a docstring statement, common indentation removed; '' where the statement is none. */
export function readDocstring(statement: string): string {
  const match = /^\s*[rRuU]?("""|'''|"|')([\s\S]*?)\1\s*(?:#.*)?$/.exec(statement);
  if (!match) return '';
  const [first = '', ...rest] = match[2]!.split('\n');
  const margins = rest
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const margin = margins.length > 0 ? Math.min(...margins) : 0;
  return [first.trim(), ...rest.map((line) => line.slice(margin).trimEnd())].join('\n').trim();
}
