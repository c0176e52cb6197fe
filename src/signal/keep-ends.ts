/** The first and the last of many, with a word on how many were left out between them. */
export function keepEnds<T>(items: readonly T[], max: number, gap: (omitted: number) => T): T[] {
  if (items.length <= max) return [...items];
  const head = Math.ceil(max / 2);
  const tail = max - head;
  return [...items.slice(0, head), gap(items.length - max), ...items.slice(items.length - tail)];
}
