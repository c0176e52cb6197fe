/** What an interactive session shows: a statement, and what the interpreter answers to it. */
export interface Example {
  readonly source: string;
  /** Its options, `# doctest: +ELLIPSIS`, by name. */
  readonly options: readonly string[];
  /** What is shown behind it, blank lines as such; '' where nothing is. */
  readonly output: string;
}

/** The examples of a docstring, `>>>` and `...` removed. */
export function doctestExamples(docstring: string): Example[] {
  const found: { source: string[]; output: string[]; margin: number }[] = [];
  let current: (typeof found)[number] | undefined;
  for (const line of docstring.split('\n')) {
    const margin = line.length - line.trimStart().length;
    const text = line.slice(Math.min(margin, current?.margin ?? margin));
    const prompt = /^>>>(?: |$)/.test(line.trimStart());
    if (prompt) {
      current = { source: [line.trimStart().slice(4)], output: [], margin };
      found.push(current);
    } else if (current && current.output.length === 0 && /^\.\.\.(?: |$)/.test(text))
      current.source.push(text.slice(4));
    else if (text.trim() === '') current = undefined;
    else current?.output.push(text === '<BLANKLINE>' ? '' : text);
  }
  return found.map(({ source, output }) => {
    const text = source.join('\n').trim();
    const options = /#\s*doctest:([^\n]*)/.exec(text)?.[1] ?? '';
    return {
      source: text.replace(/[ \t]*#\s*doctest:[^\n]*/, ''),
      options: [...options.matchAll(/\+(\w+)/g)].map(([, option]) => option!),
      output: output.join('\n'),
    };
  });
}
