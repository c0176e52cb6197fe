import type { TokenId } from './token-model.ts';

/** How many tokens two lists begin with alike, counted up to `limit`. */
export function commonPrefix(a: readonly TokenId[], b: readonly TokenId[], limit = Infinity): number {
  const most = Math.min(a.length, b.length, limit);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}
