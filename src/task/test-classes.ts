import { pythonName } from './python-text.ts';
import { parameterNames } from './read-fixtures.ts';
import type { TopLevelBlock } from './top-level-blocks.ts';
import { topLevelBlocks } from './top-level-blocks.ts';

/** A class of a test file, and the statements in it. */
export interface WrittenClass {
  readonly name: string;
  readonly bases: readonly string[];
  readonly block: TopLevelBlock;
  readonly members: readonly TopLevelBlock[];
}

const header = new RegExp(`^class\\s+(${pythonName})\\s*(?:\\(([^)]*)\\))?\\s*:`, 'u');
const definition = new RegExp(`^(?:async\\s+)?def\\s+(${pythonName})\\s*\\(([^)]*)\\)`, 'u');

export function readClasses(blocks: readonly TopLevelBlock[]): WrittenClass[] {
  return blocks.flatMap((block) => {
    const [, name, bases = ''] = header.exec(block.head) ?? [];
    if (name === undefined) return [];
    const members = topLevelBlocks(bodyOf(block.text));
    return [{ name, bases: bases.split(',').map((base) => base.trim()), block, members }];
  });
}

/** A class and those of the same file that it inherits from, itself first. */
export function lineageOf(own: WrittenClass, classes: readonly WrittenClass[]): WrittenClass[] {
  const others = classes.filter(({ block }) => block !== own.block);
  const above = own.bases.flatMap((base) => others.filter(({ name }) => name === base));
  return [...new Set([own, ...above.flatMap((base) => lineageOf(base, others))])];
}

/** Whether unittest runs its methods. */
export function isUnit(lineage: readonly WrittenClass[]): boolean {
  return derives(lineage, /^(?:\w+\.)*(?:IsolatedAsyncio)?TestCase$/);
}

/** Whether unittest runs its methods in an event loop. */
export function isAsyncUnit(lineage: readonly WrittenClass[]): boolean {
  return derives(lineage, /^(?:\w+\.)*IsolatedAsyncioTestCase$/);
}

function derives(lineage: readonly WrittenClass[], name: RegExp): boolean {
  return lineage.some(({ bases }) => bases.some((base) => name.test(base)));
}

/** pytest goes by the name of a class, unittest by what it inherits from. */
export function isTestClass(own: WrittenClass, classes: readonly WrittenClass[]): boolean {
  return /^Test/.test(own.name) || isUnit(lineageOf(own, classes));
}

export interface Method {
  readonly name: string;
  readonly parameters: string;
  readonly block: TopLevelBlock;
}

/** The methods of a class, inherited ones behind its own. */
export function methodsOf(lineage: readonly WrittenClass[]): Method[] {
  const methods = new Map<string, Method>();
  for (const block of lineage.flatMap(({ members }) => members)) {
    const [, name, parameters] = definition.exec(block.head) ?? [];
    if (name !== undefined && !methods.has(name)) methods.set(name, { name, parameters: parameters!, block });
  }
  return [...methods.values()];
}

/** The statements around a test of a class: `setUpClass`, `setup_method` and their like, where it has them. */
export function around(lineage: readonly WrittenClass[], test: string) {
  const methods = methodsOf(lineage);
  const call = (name: string, on: string, given = ''): string[] => {
    const method = methods.find((one) => one.name === name);
    if (method === undefined) return [];
    const takes = parameterNames(method.parameters).filter((parameter) => parameter !== 'cls').length > 0;
    return [`${on}.${name}(${takes ? given : ''})`];
  };
  if (isUnit(lineage)) {
    const { name } = lineage[0]!;
    return { before: call('setUpClass', name), after: call('tearDownClass', name) };
  }
  return {
    before: [...call('setup_class', '_tests'), ...call('setup_method', '_tests', `_tests.${test}`)],
    after: [...call('teardown_method', '_tests', `_tests.${test}`), ...call('teardown_class', '_tests')],
  };
}

/** The statements of a class, at the left margin. */
function bodyOf(text: string): string {
  const lines = text.split('\n');
  const first = lines.find((line, i) => i > 0 && /^[ \t]+\S/.test(line) && !line.trimStart().startsWith('#'));
  const margin = first ? first.length - first.trimStart().length : 0;
  const from = lines.indexOf(first ?? '');
  return lines
    .slice(from)
    .map((line) => line.slice(Math.min(margin, line.length - line.trimStart().length)))
    .join('\n');
}
