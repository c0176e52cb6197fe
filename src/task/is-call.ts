/** Whether the whole source is one call: its first bracket is closed by its last character. */
export function isCall(source: string): boolean {
  const bare = source.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (text) => '_'.repeat(text.length));
  if (!/^[\p{L}\p{N}_.]+\(.*\)$/su.test(bare) || bare.includes('#')) return false;
  let depth = 0;
  for (const [at, character] of [...bare].entries()) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth === 0) return at === bare.length - 1;
  }
  return false;
}
