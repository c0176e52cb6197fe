import { logicalLines } from '../lines/logical-lines.ts';
import { codeOnly, isStatement } from './python-text.ts';

/**
 * Whether a test's text can tell a right program from a wrong one. A comparison without its `assert`
 * (`f(2) == 4`) cannot: it passes whatever it comes to.
 */
export function checksSomething(test: string): boolean {
  const code = codeOnly(test);
  if (/\b(?:assert|raise|fail\b)/.test(code)) return true;
  const last = logicalLines(code).at(-1);
  if (last === undefined || last.indent > 0) return true;
  const isAssignment = /[^=!<>:]=(?!=)/.test(outsideBrackets(last.text));
  return isStatement(last.text) || isAssignment;
}

/** What stands in brackets left out: a keyword argument is no assignment. */
function outsideBrackets(code: string): string {
  let depth = 0;
  return [...code]
    .filter((character) => {
      if ('([{'.includes(character)) depth++;
      else if (')]}'.includes(character)) depth--;
      return depth === 0;
    })
    .join('');
}
