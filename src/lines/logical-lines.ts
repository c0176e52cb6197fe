/** A logical line of Python: one statement's worth of physical lines. */
export interface LogicalLine {
  /** Offset of its first character in the source. */
  readonly start: number;
  /** Offset after its last character, the newline excluded. */
  readonly end: number;
  readonly text: string;
  /** Leading blanks; a tab counts as one. */
  readonly indent: number;
  /** Ends in an open bracket, an open string or a backslash: the source stops inside it. */
  readonly open: boolean;
}

const stringStart = /^(?:[rRbBuUfFtT]{0,2})("""|'''|"|')/;

/**
 * Splits Python source into logical lines: brackets, strings and backslashes join physical lines, blank
 * and comment-only lines are left out. A scanner, no parser: it answers for text that does not parse yet.
 */
export function logicalLines(source: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let start = 0;
  while (start < source.length) {
    const { end, open, blank } = scanLine(source, start);
    if (!blank) {
      const text = source.slice(start, end);
      lines.push({ start, end, text, indent: text.length - text.trimStart().length, open });
    }
    start = end + 1;
  }
  return lines;
}

/** Whether the source stops inside a string that may go on over lines. */
export function endsInString(source: string): boolean {
  for (let start = 0; start < source.length; ) {
    const { end, inString } = scanLine(source, start);
    if (inString) return true;
    start = end + 1;
  }
  return false;
}

function scanLine(
  source: string,
  start: number,
): { end: number; open: boolean; blank: boolean; inString?: boolean } {
  let depth = 0;
  let blank = true;
  let at = start;
  while (at < source.length) {
    const character = source[at]!;
    if (character === '\n') {
      if (depth === 0) return { end: at, open: false, blank };
      at++;
    } else if (character === '\\' && /^\r?\n/.test(source.slice(at + 1, at + 3))) {
      blank = false;
      at = source.indexOf('\n', at) + 1;
      if (at >= source.length) return { end: at, open: true, blank };
    } else if (character === '#') {
      const newline = source.indexOf('\n', at);
      at = newline < 0 ? source.length : newline;
    } else {
      if (character.trim() !== '') blank = false;
      const quote = isWordStart(source, at) ? stringStart.exec(source.slice(at, at + 6)) : null;
      if (quote) {
        at = stringEnd(source, at + quote[0].length, quote[1]!);
        if (at < 0) return { end: source.length, open: true, blank, inString: quote[1]!.length === 3 };
      } else {
        if ('([{'.includes(character)) depth++;
        else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
        at++;
      }
    }
  }
  return { end: source.length, open: depth > 0, blank };
}

/** A string prefix such as `rb` only counts where no identifier is under way. */
function isWordStart(source: string, at: number): boolean {
  return at === 0 || !/[A-Za-z0-9_]/.test(source[at - 1]!) || /["']/.test(source[at]!);
}

/** Offset after the closing quote; −1: the source ends first. A one-quote string also ends at its line's end. */
function stringEnd(source: string, from: number, quote: string): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (quote.length === 1 && source[at] === '\n') return at;
    else if (source.startsWith(quote, at)) return at + quote.length;
  }
  return -1;
}
