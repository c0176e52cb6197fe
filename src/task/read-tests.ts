import { TracewiseError } from '../errors.ts';
import { logicalLines } from '../lines/logical-lines.ts';
import type { ProgramTest } from '../program-runner.ts';
import { parametrizedCall } from './parametrized-call.ts';
import { readDocstring } from './read-docstring.ts';
import { readDoctests } from './read-doctests.ts';
import { type TopLevelBlock, topLevelBlocks } from './top-level-blocks.ts';

export interface TestFile {
  readonly tests: readonly ProgramTest[];
  /** The file without its tests: a program, where tests stand in the same file. */
  readonly program: string;
}

/**
 * The tests of a Python file: asserts at its level, pytest's functions and classes (plain asserts,
 * `pytest.raises`, `parametrize`), unittest's classes, HumanEval's `check`, and doctest examples of its functions.
 * What else stands at its level, imports and helpers, goes before every test. `programModule`: the module that
 * the tests import the program from; such imports are left out. `besideProgram`: the file is the program as well, so
 * its functions are what is tested, and only imports and constants go before a test. Throws ERR_TASK for a fixture,
 * which cannot be made.
 */
export function readTests(
  source: string,
  { programModule, besideProgram = false }: { programModule?: string; besideProgram?: boolean } = {},
): TestFile {
  const blocks = topLevelBlocks(source.replace(/\r\n?/g, '\n'));
  const isOfProgram = ({ head }: TopLevelBlock) =>
    programModule !== undefined && new RegExp(`^(?:from|import)\\s+${programModule}\\b`).test(head);
  const rest = blocks.filter((block) => !isTest(block) && !isOfProgram(block) && !isMainGuard(block));
  const program = rest.map(({ text }) => `${text}\n`).join('');
  const shared = besideProgram ? withoutDefinitions(rest) : program;
  const own = blocks.filter(isTest).flatMap((block) => testsOf(block, shared));
  return { tests: [...doctestsOf(rest), ...own], program };
}

const testFunction = /^(?:async\s+)?def\s+(test\w*)\s*\(([^)]*)\)/;
const testClass = /^class\s+(Test\w*|\w+(?=\s*\(\s*(?:unittest\.)?TestCase\s*\)))\s*(\([^)]*\))?\s*:/;
const check = /^def\s+check\s*\(/;

function isTest({ head }: TopLevelBlock): boolean {
  return /^assert\b/.test(head) || testFunction.test(head) || testClass.test(head) || check.test(head);
}

function isMainGuard({ head }: TopLevelBlock): boolean {
  return /^if\s+__name__\s*==/.test(head);
}

function testsOf(block: TopLevelBlock, shared: string): ProgramTest[] {
  const { head, text } = block;
  const source = `${shared}${text}`;
  if (check.test(head)) return [{ kind: 'check', source }];
  if (/^assert\b/.test(head)) return [{ kind: 'assert', source }];
  const [, name, parameters] = testFunction.exec(head) ?? [];
  const calls = name !== undefined ? [callOf(block, name, parameters!)] : methodsOf(block);
  return calls.map((call) => ({ kind: 'assert', source: `${source}\n${call}` }));
}

/** Called in the judge, a program's own function would not be the program's any more. */
function withoutDefinitions(blocks: readonly TopLevelBlock[]): string {
  const kept = blocks.filter(({ head }) => !/^(?:async\s+def|def|class)\b/.test(head));
  return kept.map(({ text }) => `${text}\n`).join('');
}

function callOf({ decorators }: TopLevelBlock, name: string, parameters: string): string {
  const call = parametrizedCall(name, decorators);
  if (call !== undefined) return call;
  if (parameters.trim() === '') return `${name}()`;
  throw new TracewiseError(
    'ERR_TASK',
    `Expected \`${name}\` to take no parameters, or to be parametrized, but it takes (${parameters.trim()}); fixtures are not supported`,
  );
}

function methodsOf({ head, text }: TopLevelBlock): string[] {
  const [, name, bases] = testClass.exec(head)!;
  const methods = [...text.matchAll(/^[ \t]+def\s+(test\w*)\s*\(/gm)].map(([, method]) => method!);
  if (bases?.includes('TestCase')) return methods.map((method) => `${name}('${method}').debug()`);
  const prepares = /^[ \t]+def\s+setup_method\s*\(\s*self\s*\)/m.test(text) ? '_tests.setup_method()\n' : '';
  return methods.map((method) => `_tests = ${name}()\n${prepares}_tests.${method}()`);
}

function doctestsOf(blocks: readonly TopLevelBlock[]): ProgramTest[] {
  return blocks.flatMap(({ head, text }) => {
    const name = /^(?:async\s+)?def\s+(\w+)/.exec(head)?.[1];
    const first = logicalLines(text).find(({ indent }) => indent > 0);
    return name && first ? readDoctests(readDocstring(first.text), name) : [];
  });
}
