import { type LogicalLine, logicalLines } from '../lines/logical-lines.ts';

/** A statement at a file's level with everything that belongs to it: decorators before, body and branches after. */
export interface TopLevelBlock {
  readonly text: string;
  /** Its decorators' lines, `@` first. */
  readonly decorators: readonly string[];
  /** Its first line behind the decorators, without its newline. */
  readonly head: string;
}

/** Splits Python source into the statements at its own level; comments between them are left out. */
export function topLevelBlocks(source: string): TopLevelBlock[] {
  const groups: LogicalLine[][] = [];
  for (const line of logicalLines(source)) {
    const group = groups.at(-1);
    const isDecorated = group?.at(-1)?.indent === 0 && group.at(-1)!.text.startsWith('@');
    const goesOn = line.indent > 0 || /^(?:else|elif|except|finally)\b/.test(line.text) || isDecorated;
    if (group && goesOn) group.push(line);
    else groups.push([line]);
  }
  return groups.map((lines) => {
    const head = lines.find(({ text }) => !text.startsWith('@')) ?? lines[0]!;
    return {
      text: source.slice(lines[0]!.start, lines.at(-1)!.end),
      decorators: lines.slice(0, lines.indexOf(head)).map(({ text }) => text),
      head: head.text,
    };
  });
}
