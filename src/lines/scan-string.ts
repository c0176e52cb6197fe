/** What stands between a string's quotes. */
interface StringText {
  readonly quote: string;
  readonly isRaw: boolean;
  /** Of an f-string or a t-string: `{…}` holds code. */
  readonly hasFields: boolean;
  /** How many strings it stands in. */
  readonly level: number;
}

export interface ScannedString {
  /** Offset behind it. */
  readonly end: number;
  readonly closed: boolean;
  /** No Python reads the line that it starts in. */
  readonly isBroken: boolean;
}

const stringStart = /^([rRbBuUfFtT]{0,2})("""|'''|"|')/;

// CPython's own limit; deeper fields are read as plain text.
const mostLevels = 150;

/**
 * The string that starts at `at`, if one does; fields of f-strings and t-strings may hold any string (PEP 701), unless
 * they are to be read as text. Not closed: a one-quote string ends at its line's end, else the source ends first.
 */
export function scanString(
  source: string,
  at: number,
  { fields = true, level = 0 }: { fields?: boolean; level?: number } = {},
): ScannedString | undefined {
  const start = isWordStart(source, at) ? stringStart.exec(source.slice(at, at + 6)) : null;
  if (!start) return undefined;
  const [opening, prefix = '', quote = ''] = start;
  const hasFields = fields && /[ft]/i.test(prefix) && level < mostLevels;
  const text: StringText = { quote, isRaw: /r/i.test(prefix), hasFields, level };
  const end = textEnd(source, at + opening.length, text);
  const isBroken = hasFields && level === 0 && source[end] === '\n';
  // The lines after it are found by what looks like the string's end.
  if (isBroken) return { ...scanString(source, at, { fields: false })!, isBroken };
  const closed = source.startsWith(quote, end);
  return { end: closed ? end + quote.length : end, closed, isBroken };
}

/** Offset of the newline that ends the line, or of the source's end. */
export function lineEnd(source: string, at: number): number {
  const newline = source.indexOf('\n', at);
  return newline < 0 ? source.length : newline;
}

/** A string prefix such as `rb` only counts where no identifier is under way. */
function isWordStart(source: string, at: number): boolean {
  return at === 0 || !/[A-Za-z0-9_]/.test(source[at - 1]!) || /["']/.test(source[at]!);
}

/** Offset of what ends a string's text or, in a field, a format specification; the source's end where nothing does. */
function textEnd(source: string, from: number, text: StringText, isFormat = false): number {
  const { quote, hasFields } = text;
  let at = from;
  while (at < source.length) {
    if (source.startsWith(quote, at) || (quote.length === 1 && source[at] === '\n')) return at;
    if (isFormat && source[at] === '}') return at;
    if (source[at] === '\\') at += escapeLength(source, at, text);
    else if (!hasFields || source[at] !== '{') at++;
    else if (source[at + 1] === '{' && !isFormat) at += 2;
    else at = fieldEnd(source, at + 1, text);
  }
  return source.length;
}

function escapeLength(source: string, at: number, { hasFields, isRaw }: StringText): number {
  if (!hasFields) return 2;
  if (source[at + 1] === '{' || source[at + 1] === '}') return 1;
  const named = isRaw ? null : /^\\N\{[\w -]*\}/.exec(source.slice(at, at + 100));
  return named?.[0].length ?? 2;
}

/** Offset from where the text goes on behind a replacement field: its `}`, or where no code can be read any more. */
function fieldEnd(source: string, from: number, text: StringText): number {
  let braces = 0;
  let brackets = 0;
  let at = from;
  while (at < source.length) {
    const character = source[at]!;
    if (character === '}' && braces === 0) return at + 1;
    if (character === ':' && braces === 0 && brackets === 0) {
      const end = textEnd(source, at + 1, text, true);
      return source[end] === '}' ? end + 1 : end;
    }
    const string = scanString(source, at, { level: text.level + 1 });
    if (string && !string.closed) return string.end;
    if (character === '{') braces++;
    else if (character === '}') braces--;
    else if ('(['.includes(character)) brackets++;
    else if (')]'.includes(character)) brackets--;
    at = string?.end ?? (character === '#' ? lineEnd(source, at) : at + 1);
  }
  return source.length;
}
