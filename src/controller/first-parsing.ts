import type { ParsedProgram, ProgramRunner } from '../program-runner.ts';

/** A text that parses. */
export interface ParsingText extends Pick<ParsedProgram, 'normalized'> {
  readonly text: string;
}

/**
 * Of each list of texts the first that parses, or undefined. Asked for a few at a time: most have one among the first,
 * and of a long program there are hundreds, each as long as itself.
 */
export async function firstParsing(
  lists: readonly Iterable<string>[],
  runner: ProgramRunner,
  signal: AbortSignal,
): Promise<(ParsingText | undefined)[]> {
  const found: (ParsingText | undefined)[] = lists.map(() => undefined);
  const left = lists.map((list, i) => ({ i, texts: list[Symbol.iterator]() }));
  for (let count = 4; ; count *= 4) {
    const asked = left.flatMap(({ i, texts }) => {
      const some = found[i] ? [] : take(texts, count);
      return some.length > 0 ? [{ i, some }] : [];
    });
    if (asked.length === 0) return found;
    const parsed = await runner.parse(
      asked.map(({ some }) => some),
      { signal },
    );
    for (const [at, { i, some }] of asked.entries()) {
      const first = parsed[at];
      if (first) found[i] = { text: some[first.index]!, normalized: first.normalized };
    }
  }
}

function take(texts: Iterator<string>, count: number): string[] {
  const taken: string[] = [];
  while (taken.length < count) {
    const { done, value } = texts.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}
