import { lineEnd, scanString } from './scan-string.ts';

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

/** Names and signs that open and close nothing; the prefix of a string is none of them. */
const plain = /(?:\b\w+(?![\w"'])|[^\w\n\\#"'()[\]{}])+/y;

function scanLine(
  source: string,
  start: number,
): { end: number; open: boolean; blank: boolean; inString?: boolean } {
  let depth = 0;
  let blank = true;
  let at = start;
  // The end of a line that no Python reads: what is tried for each of its strings is tried once.
  let broken = start;
  while (at < source.length) {
    plain.lastIndex = at;
    const [run] = plain.exec(source) ?? [];
    if (run !== undefined) {
      if (run.trim() !== '') blank = false;
      at += run.length;
      continue;
    }
    const character = source[at]!;
    if (character === '\n') {
      if (depth === 0) return { end: at, open: false, blank };
      at++;
    } else if (character === '\\' && /^\r?\n/.test(source.slice(at + 1, at + 3))) {
      blank = false;
      at = source.indexOf('\n', at) + 1;
      if (at >= source.length) return { end: at, open: true, blank };
    } else if (character === '#') {
      at = lineEnd(source, at);
    } else {
      blank = false;
      const string = scanString(source, at, { fields: at >= broken });
      if (string) {
        if (string.isBroken) broken = lineEnd(source, at);
        at = string.end;
        if (!string.closed && at === source.length) return { end: at, open: true, blank, inString: true };
      } else {
        if ('([{'.includes(character)) depth++;
        else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
        at++;
      }
    }
  }
  return { end: source.length, open: depth > 0, blank };
}
