import { codeOnly, mentions, pythonName } from './python-text.ts';
import type { TopLevelBlock } from './top-level-blocks.ts';

const change = new RegExp(
  `^(${pythonName})(?:\\s*:[^=]*)?\\s*(?:(?:[-+*/%&|^@]|\\*\\*|//|<<|>>)?=(?!=)|\\.|\\[)`,
  'u',
);
const harmless = /^(?:assert|async\s+def|class|def|from|import|pass|print)\b|^@|^[rRuU]?["']/;

/**
 * Whether a program's asserts can be run one by one, each on the statements before it. They cannot where statements
 * between them change what the program's own functions go by, or do what would have been done once already.
 */
export function assertsStandAlone(blocks: readonly TopLevelBlock[]): boolean {
  const definitions = blocks
    .filter(isDefinition)
    .map(({ text }) => codeOnly(text))
    .join('\n');
  const modules = new Set(blocks.flatMap(({ head }) => /^import\s+(\w+)/.exec(head)?.[1] ?? []));
  const bound = new Set<string>();
  return blocks.every(({ head, text }) => {
    if (harmless.test(head) || (/^(?:if|try)\b/.test(head) && /\bimport\b/.test(text))) return true;
    const name = change.exec(head)?.[1];
    if (name === undefined) return false;
    const isFirst = !bound.has(name) && /^[^=.[]*=/.test(head);
    bound.add(name);
    return isFirst || modules.has(name) || !mentions(definitions, name);
  });
}

export function isDefinition({ head }: TopLevelBlock): boolean {
  return /^(?:async\s+def|def|class)\b/.test(head);
}
