import { isOneGroup } from './one-group.ts';
import { codeOnly, pythonName } from './python-text.ts';

const number = /^[-+]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:e[-+]?\d+)?j?$/i;
const group = new RegExp(`^(?:${pythonName}(?:\\.${pythonName})*)?[([{]`, 'u');
const sideBySide = /[\p{L}\p{N}_)\]}"]\s+[\p{L}\p{N}_([{"]/u;

/**
 * Whether an example's output reads as a Python value that a test can compare with. Anything else, words or the
 * text of an object, can only be compared as text.
 */
export function isValue(output: string): boolean {
  const code = codeOnly(output);
  if (code.includes('...') || code.includes('<')) return false;
  if (/^(?:True|False|None|b?"0*")$/.test(code)) return true;
  if (/\d/.test(code) && number.test(code)) return true;
  return group.test(code) && isOneGroup(code) && !sideBySide.test(code);
}

/** The statement that compares `_printed`, what was printed, with an example's output. Trailing blanks do not count. */
export function comparePrinted(output: string, options: readonly string[]): string {
  const words = options.includes('NORMALIZE_WHITESPACE');
  const expected = words ? output.trim().split(/\s+/).join(' ') : output;
  const printed = words
    ? "' '.join(_printed.getvalue().split())"
    : "'\\n'.join(_line.rstrip() for _line in _printed.getvalue().splitlines())";
  if (!expected.includes('...')) return `assert ${printed} == ${pythonString(expected)}`;
  const pattern = expected.split('...').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `assert __import__('re').fullmatch(${pythonString(pattern.join('(?s:.*)'))}, ${printed})`;
}

/** JSON's escapes are Python's as well. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}
