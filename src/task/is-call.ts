import { isOneGroup } from './one-group.ts';
import { codeOnly } from './python-text.ts';

/** Whether the whole source is one call: its first bracket is closed by its last character. */
export function isCall(source: string): boolean {
  const code = codeOnly(source);
  return /^[\p{L}\p{N}_.]+\(.*\)$/su.test(code) && isOneGroup(code);
}
