import { logicalLines } from '../lines/logical-lines.ts';
import type { ProgramTest } from '../program-runner.ts';
import { readDocstring } from './read-docstring.ts';
import { readDoctests } from './read-doctests.ts';
import { type Fixture, isFixture, readFixtures } from './read-fixtures.ts';
import { testCall } from './test-call.ts';
import { type TopLevelBlock, topLevelBlocks } from './top-level-blocks.ts';

export interface TestFile {
  readonly tests: readonly ProgramTest[];
  /** The file without its tests: a program, where tests stand in the same file. */
  readonly program: string;
}

/**
 * The tests of a Python file: asserts at its level, pytest's functions and classes (plain asserts,
 * `pytest.raises`, `parametrize`, plain fixtures; what is marked `skip` or `xfail` is left out), unittest's classes,
 * HumanEval's `check`, and doctest examples of its functions.
 * What else stands at its level, imports and helpers, goes before every test. `programModule`: the module that
 * the tests import the program from; such imports are left out. `besideProgram`: the file is the program as well, so
 * its functions are what is tested, and only imports and constants go before a test. Throws ERR_TASK for a fixture of
 * pytest's own, or one that is no plain function.
 */
export function readTests(
  source: string,
  { programModule, besideProgram = false }: { programModule?: string; besideProgram?: boolean } = {},
): TestFile {
  const blocks = topLevelBlocks(source.replace(/\r\n?/g, '\n'));
  const isOfProgram = ({ head }: TopLevelBlock) =>
    programModule !== undefined && new RegExp(`^(?:from|import)\\s+${programModule}\\b`).test(head);
  const rest = blocks.filter(
    (block) => !isTest(block) && !isFixture(block) && !isOfProgram(block) && !isMainGuard(block),
  );
  const program = textOf(rest);
  const shared = `${besideProgram ? withoutDefinitions(rest) : program}${textOf(blocks.filter(isFixture))}`;
  const fixtures = readFixtures(blocks);
  const own = blocks
    .filter((block) => isTest(block) && !isFixture(block))
    .flatMap((block) => testsOf(block, shared, fixtures));
  return { tests: [...doctestsOf(rest), ...own], program };
}

function textOf(blocks: readonly TopLevelBlock[]): string {
  return blocks.map(({ text }) => `${text}\n`).join('');
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

function testsOf(block: TopLevelBlock, shared: string, fixtures: readonly Fixture[]): ProgramTest[] {
  const { head, text, decorators } = block;
  const source = `${shared}${text}`;
  if (check.test(head)) return [{ kind: 'check', source }];
  if (/^assert\b/.test(head)) return [{ kind: 'assert', source }];
  if (isLeftOut(decorators)) return [];
  const [, name, parameters] = testFunction.exec(head) ?? [];
  const calls =
    name !== undefined
      ? [testCall(name, { decorators, parameters: parameters!, isAsync: isAsync(head) }, fixtures)]
      : methodsOf(block, fixtures);
  return calls.map((call) => ({ kind: 'assert', source: `${source}\n${call}` }));
}

function isAsync(head: string): boolean {
  return /^async\b/.test(head);
}

function isLeftOut(decorators: readonly string[]): boolean {
  return decorators.some((text) =>
    /^@(?:pytest\.)?(?:mark\.|unittest\.)?(?:skip|xfail|expectedFailure)\b/.test(text),
  );
}

/** Called in the judge, a program's own function would not be the program's any more. */
function withoutDefinitions(blocks: readonly TopLevelBlock[]): string {
  return textOf(blocks.filter(({ head }) => !/^(?:async\s+def|def|class)\b/.test(head)));
}

function methodsOf({ head, text }: TopLevelBlock, fixtures: readonly Fixture[]): string[] {
  const [, name, bases] = testClass.exec(head)!;
  const members = topLevelBlocks(bodyOf(text));
  const prepares = members.some((member) => /^def\s+setup_method\s*\(\s*self\s*\)/.test(member.head));
  return members.flatMap(({ head: own, decorators }) => {
    const [, method, parameters] = testFunction.exec(own) ?? [];
    if (method === undefined || isLeftOut(decorators)) return [];
    if (bases?.includes('TestCase')) return [`${name}('${method}').debug()`];
    const test = { decorators, parameters: parameters!, isAsync: isAsync(own) };
    const call = testCall(`_tests.${method}`, test, fixtures);
    return [`_tests = ${name}()\n${prepares ? '_tests.setup_method()\n' : ''}${call}`];
  });
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

function doctestsOf(blocks: readonly TopLevelBlock[]): ProgramTest[] {
  return blocks.flatMap(({ head, text }) => {
    const name = /^(?:async\s+)?def\s+(\w+)/.exec(head)?.[1];
    const first = logicalLines(text).find(({ indent }) => indent > 0);
    return name && first ? readDoctests(readDocstring(first.text), name) : [];
  });
}
