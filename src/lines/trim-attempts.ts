/**
 * The texts to try, in order, until one parses (the reference implementation's executable-prefix
 * extraction, restated). Each round tries the text, then the text with a `pass` at the last line's own
 * indentation, drops the last line, tries again, then puts a `pass` in the dropped line's place.
 */
export function trimAttempts(text: string): string[] {
  const lines = text.split('\n');
  const attempts: string[] = [];
  const attempt = (...extra: string[]) => attempts.push([...lines, ...extra].join('\n'));
  while (lines.length > 0) {
    attempt();
    attempt(passLike(lines.at(-1)!));
    const dropped = lines.pop()!;
    if (lines.length === 0) break;
    attempt();
    attempt(passLike(dropped));
  }
  return attempts.filter((candidate, i) => candidate !== attempts[i - 1]);
}

function passLike(line: string): string {
  return `${line.slice(0, line.length - line.trimStart().length)}pass`;
}
