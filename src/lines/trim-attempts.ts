/**
 * The texts to try, in order, until one parses (the reference implementation's executable-prefix
 * extraction, restated): the text, then it with a `pass` at its last line's own indentation; then the last line
 * is dropped, and what is left is tried by itself, with a `pass` in the dropped line's place, and so on.
 */
export function* trimAttempts(text: string): Generator<string, void, undefined> {
  const lines = text.split('\n');
  let tried: string | undefined;
  yield text;
  for (;;) {
    const own = passLike(lines.at(-1)!);
    if (own !== tried) yield [...lines, own].join('\n');
    const dropped = lines.pop()!;
    if (lines.length === 0) return;
    yield lines.join('\n');
    tried = passLike(dropped);
    yield [...lines, tried].join('\n');
  }
}

function passLike(line: string): string {
  return `${line.slice(0, line.length - line.trimStart().length)}pass`;
}
