import { TracewiseError } from '../errors.ts';
import { mentions, pythonName } from './python-text.ts';
import type { TopLevelBlock } from './top-level-blocks.ts';

const names = [
  'setUpModule',
  'setup_module',
  'setup_function',
  'tearDownModule',
  'teardown_module',
  'teardown_function',
];
const header = new RegExp(`^def\\s+(${names.join('|')})\\s*\\(\\s*(${pythonName})?[^)]*\\)\\s*:`, 'u');

/** A function of a test file that runs before its tests, or after. */
export function isModuleSetup({ head }: TopLevelBlock): boolean {
  return header.test(head);
}

/**
 * The calls of such functions around a test: before each, since each runs by itself. `testFunction`: the test is this
 * function, and none of a class. Throws ERR_TASK for one that uses the module it is given: there is none.
 */
export function moduleSetup(blocks: readonly TopLevelBlock[], testFunction?: string) {
  const calls = blocks.filter(isModuleSetup).flatMap(({ head, text }) => {
    const [, name, parameter] = header.exec(head)!;
    const isOfFunction = name!.endsWith('_function');
    if (isOfFunction && testFunction === undefined) return [];
    if (parameter !== undefined && !isOfFunction && mentions(text.slice(text.indexOf(')')), parameter)) {
      throw new TracewiseError(
        'ERR_TASK',
        `Expected a \`${name}\` that sets \`global\` names but received one that uses its parameter \`${parameter}\`; write \`global NAME\``,
      );
    }
    const given = parameter === undefined ? '' : isOfFunction ? testFunction! : 'None';
    return [{ name: name!, call: `${name}(${given})` }];
  });
  const those = (kind: RegExp) => calls.filter(({ name }) => kind.test(name)).map(({ call }) => call);
  return { before: those(/^set/), after: those(/^tear/) };
}
