/**
 * The statements that call a test once for every case of its `pytest.mark.parametrize` decorators, all
 * combinations where there are several; undefined where it has none.
 */
export function parametrizedCall(name: string, decorators: readonly string[]): string | undefined {
  const cases = decorators.flatMap((decorator) => {
    const match = /^@(?:pytest\.)?mark\.parametrize\s*\(([\s\S]*)\)\s*(?:#.*)?$/.exec(decorator.trim());
    const [names, values] = match ? splitArguments(match[1]!) : [];
    return names !== undefined && values !== undefined
      ? [{ names: namesOf(names), values: values.trim() }]
      : [];
  });
  if (cases.length === 0) return undefined;
  const loops = cases.map(({ values }, i) => `${'    '.repeat(i)}for _case${i} in ${values}:\n`);
  const keywords = cases.map(({ names }, i) => {
    const quoted = names.map((parameter) => `'${parameter}'`).join(', ');
    return `**dict(zip((${quoted},), ${names.length === 1 ? `(_case${i},)` : `_case${i}`}))`;
  });
  return `${loops.join('')}${'    '.repeat(cases.length)}${name}(${keywords.join(', ')})`;
}

/** `'a, b'`, `('a', 'b')` and `['a', 'b']` name the same parameters. */
function namesOf(text: string): string[] {
  return [...text.matchAll(/[A-Za-z_]\w*/g)].map(([parameter]) => parameter);
}

/** Splits a call's arguments at the commas outside brackets and strings. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote) {
      if (character === '\\') at++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)].filter((part) => part.trim() !== '');
}
