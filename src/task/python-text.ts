/** Source of a regular expression (flag `u`) for a Python name, which may be written in any script. */
export const pythonName = String.raw`[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*`;

/** Stands before or behind a name in a pattern, where `\b` knows the letters of ASCII alone. */
export const noNameBefore = String.raw`(?<![\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}])`;
export const noNameAfter = String.raw`(?![\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}])`;

/** The source with what its strings and comments hold blanked out, so that only code is found; as long as before. */
export function codeOnly(source: string): string {
  const strings =
    /"""(?:\\[\s\S]|[\s\S])*?"""|'''(?:\\[\s\S]|[\s\S])*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#.*/g;
  return source.replace(strings, (text) =>
    text.startsWith('#') ? ' '.repeat(text.length) : text.replace(/[^\n]/g, '0'),
  );
}
