import type { TokenId } from '../token-model.ts';

const longestMatch = 4;
const shortestMatch = 2;
const mostTokens = 16;

/**
 * What followed where the last few tokens stood before, the longest and then the latest such place first; [] where
 * they are new. Names, tests and earlier lines come again in a program (prompt lookup decoding).
 */
export function promptLookup(tokens: readonly TokenId[]): readonly TokenId[] {
  for (let size = longestMatch; size >= shortestMatch; size--) {
    const from = tokens.length - size;
    for (let at = from - 1; at >= 0; at--) {
      let same = 0;
      while (same < size && tokens[at + same] === tokens[from + same]) same++;
      if (same === size) return tokens.slice(at + size, at + size + mostTokens);
    }
  }
  return [];
}
