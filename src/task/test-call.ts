import { TracewiseError } from '../errors.ts';
import { parametrized } from './parametrized.ts';
import { type Fixture, parameterNames } from './read-fixtures.ts';

/** A test function or method as its file writes it. */
export interface WrittenTest {
  readonly decorators: readonly string[];
  /** What stands between the brackets of its header. */
  readonly parameters: string;
  /** A coroutine, which an event loop has to run. */
  readonly isAsync: boolean;
}

/**
 * The statements that call a test: once for every case of its decorators, each time with fixtures made anew.
 * Throws ERR_TASK for a parameter that nothing gives.
 */
export function testCall(callee: string, test: WrittenTest, fixtures: readonly Fixture[]): string {
  const { loops, names, args } = parametrized(test.decorators);
  const asked = parameterNames(test.parameters).filter((name) => !names.includes(name));
  const { made, before, after } = makeFixtures(
    [...fixtures.filter(({ autouse }) => autouse).map(({ name }) => name), ...asked],
    fixtures,
  );
  const given = [...asked.map((name) => `${name}=${made.get(name)}`), ...args];
  const call = `${callee}(${given.join(', ')})`;
  const run = test.isAsync ? ['import asyncio', `asyncio.run(${call})`] : [call];
  const body = [...before, ...run, ...after];
  return [
    ...loops.map((loop, i) => indented(loop, i)),
    ...body.map((line) => indented(line, loops.length)),
  ].join('\n');
}

/** The statements that make fixtures, each once and after those that it needs, and those that end them. */
function makeFixtures(names: readonly string[], fixtures: readonly Fixture[]) {
  const made = new Map<string, string>();
  const before: string[] = [];
  const after: string[] = [];
  const make = (name: string): string => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fixture = fixtures.find((one) => one.name === name);
    if (!fixture) {
      throw new TracewiseError(
        'ERR_TASK',
        `Expected a case or a fixture of this file for the parameter \`${name}\` but found none; pytest's own fixtures are not supported`,
      );
    }
    const variable = `_fixture_${name}`;
    made.set(name, variable);
    const call = `${name}(${fixture.parameters.map((parameter) => `${parameter}=${make(parameter)}`).join(', ')})`;
    if (fixture.yields) {
      before.push(`_making_${name} = ${call}`, `${variable} = next(_making_${name})`);
      after.unshift(`next(_making_${name}, None)`);
    } else before.push(`${variable} = ${call}`);
    return variable;
  };
  for (const name of names) make(name);
  return { made, before, after };
}

function indented(line: string, depth: number): string {
  return `${'    '.repeat(depth)}${line}`;
}
