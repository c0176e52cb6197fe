import { pythonName } from './python-text.ts';

/** What a test's `pytest.mark.parametrize` decorators say: loops over their cases, all combinations, and what each gives. */
export interface Parametrized {
  /** Headers of `for` statements, each within the one before. */
  readonly loops: readonly string[];
  /** Names of the parameters that the cases give. */
  readonly names: readonly string[];
  /** The arguments of the call within the loops. */
  readonly args: readonly string[];
}

/** Reads the decorators of a test; a `pytest.param` is unpacked where the test runs, by the stand-in's `cases`. */
export function parametrized(decorators: readonly string[]): Parametrized {
  const given = decorators.flatMap((decorator) => {
    const match = /^@(?:pytest\.)?mark\.parametrize\s*\(([\s\S]*)\)\s*(?:#.*)?$/.exec(decorator.trim());
    const [names, values] = match ? splitArguments(match[1]!) : [];
    return names !== undefined && values !== undefined
      ? [{ names: namesOf(names), values: values.trim().replace(/^argvalues\s*=\s*/, '') }]
      : [];
  });
  return {
    loops: given.map(({ names, values }, i) => {
      const quoted = names.map((parameter) => `'${parameter}'`).join(', ');
      return `for _case${i} in __import__('pytest').cases((${quoted},), ${values}):`;
    }),
    names: given.flatMap(({ names }) => names),
    args: given.map((_, i) => `**_case${i}`),
  };
}

/** `'a, b'`, `('a', 'b')` and `['a', 'b']` name the same parameters. */
function namesOf(text: string): string[] {
  return [...text.replace(/^\s*argnames\s*=/, '').matchAll(new RegExp(pythonName, 'gu'))].map(
    ([parameter]) => parameter,
  );
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
