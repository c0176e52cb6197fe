import type { ProgramTest } from '../program-runner.ts';
import { fileDoctests } from './file-doctests.ts';
import { isModuleSetup, moduleSetup } from './module-setup.ts';
import { assertsStandAlone, isDefinition } from './own-asserts.ts';
import { bindProgramImports } from './program-imports.ts';
import { codeOnly, pythonName } from './python-text.ts';
import { type Fixture, isFixture, readFixtures } from './read-fixtures.ts';
import { testCall } from './test-call.ts';
import {
  around,
  isAsyncUnit,
  isTestClass,
  isUnit,
  lineageOf,
  methodsOf,
  readClasses,
  type WrittenClass,
} from './test-classes.ts';
import { type TopLevelBlock, topLevelBlocks } from './top-level-blocks.ts';

export interface TestFile {
  readonly tests: readonly ProgramTest[];
  /** The file without its tests: a program, where tests stand in the same file. */
  readonly program: string;
  /**
   * What the file's own tests run on. It is the file itself where it has none, and it keeps asserts that cannot be
   * taken out from between the statements they stand among.
   */
  readonly ownProgram: string;
  /** The function that the file hands to its `check`. */
  readonly checked?: string;
  /** Why doctest examples and tests are not read as such, a reason each. */
  readonly leftOut: readonly string[];
}

/**
 * The tests of a Python file: asserts at its level, pytest's functions and classes (plain asserts,
 * `pytest.raises`, `parametrize`, plain fixtures; what is marked `skip` or `xfail` is left out), unittest's classes,
 * HumanEval's `check`, and the doctest examples of its docstrings.
 * What else stands at its level, imports and helpers, goes before every test. `programModule`: the module that
 * the tests import the program from, its folders first (`sub.prog`); such imports are bound to the program's names.
 * `besideProgram`: the file is the program as well, so its functions are what is tested, and only imports and constants
 * go before a test. Throws ERR_TASK for a fixture of pytest's own, or one that is no plain function.
 */
export function readTests(
  source: string,
  { programModule, besideProgram = false }: { programModule?: string; besideProgram?: boolean } = {},
): TestFile {
  const written = source.replace(/\r\n?/g, '\n');
  const text =
    besideProgram || programModule === undefined ? written : bindProgramImports(written, programModule);
  const blocks = topLevelBlocks(text);
  const file: Blocks = {
    blocks,
    classes: readClasses(blocks),
    fixtures: readFixtures(blocks),
    besideProgram,
  };
  const rest = blocks.filter((block) => isOfProgram(block, file));
  const withAsserts = blocks.filter((block) => rest.includes(block) || isAssert(block));
  const standAlone = !besideProgram || !blocks.some(isAssert) || assertsStandAlone(withAsserts);
  const doctests = fileDoctests(text, programModule);
  const before = besideProgram ? '' : textOf(rest);
  const tests = [
    ...doctests.tests.map((test) => ('source' in test ? { ...test, source: before + test.source } : test)),
    ...blocks.flatMap((block) => (isAssert(block) && !standAlone ? [] : testsOf(block, file))),
  ];
  const checked = checkedFunction(text);
  return {
    tests,
    program: textOf(rest),
    ownProgram: tests.length === 0 ? written : textOf(standAlone ? rest : withAsserts),
    ...(checked !== undefined && { checked }),
    leftOut: [...doctests.leftOut, ...blocks.flatMap(nestedTests)],
  };
}

interface Blocks {
  readonly blocks: readonly TopLevelBlock[];
  readonly classes: readonly WrittenClass[];
  readonly fixtures: readonly Fixture[];
  readonly besideProgram: boolean;
}

function textOf(blocks: readonly TopLevelBlock[]): string {
  return blocks.map(({ text }) => `${text}\n`).join('');
}

const testFunction = /^(?:async\s+)?def\s+(test[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*)\s*\(([^)]*)\)/u;
const check = /^def\s+check\s*\(/;
const checkCall = new RegExp(`^check\\s*\\(\\s*(?:${pythonName}\\.)*(${pythonName})\\s*\\)`, 'u');

function isAssert({ head }: TopLevelBlock): boolean {
  return /^assert\b/.test(head);
}

function isTest(block: TopLevelBlock, { classes }: Blocks): boolean {
  const own = classes.find((one) => one.block === block);
  const isOfClass = own !== undefined && isTestClass(own, classes);
  return isAssert(block) || testFunction.test(block.head) || isOfClass || check.test(block.head);
}

/** Tests within another statement (`if True:`), which nothing calls; a reason each. */
function nestedTests({ head, text }: TopLevelBlock): string[] {
  if (!/^(?:if|try|with|for|while)\b/.test(head)) return [];
  const found = codeOnly(text).match(
    /^[ \t]+(?:(?:async\s+)?def\s+test|class\s+(?:Test|\w+\s*\([^)]*TestCase\))).*/gm,
  );
  return (found ?? []).map((line) => `\`${line.trim()}\` stands within \`${head.trim()}\``);
}

function isMainGuard({ head }: TopLevelBlock): boolean {
  return /^if\s+__name__\s*==/.test(head);
}

/** Neither a test nor what belongs to the tests. */
function isOfProgram(block: TopLevelBlock, file: Blocks): boolean {
  const isOfTests = isTest(block, file) || isFixture(block) || isModuleSetup(block);
  return !isOfTests && !isMainGuard(block) && !(hasCheck(file) && checkCall.test(block.head));
}

function hasCheck({ blocks }: Blocks): boolean {
  return blocks.some(({ head }) => check.test(head));
}

/** The function in the file's call of `check`, by the program's name for it. */
function checkedFunction(text: string): string | undefined {
  const calls = text.split('\n').flatMap((line) => checkCall.exec(line.trim())?.[1] ?? []);
  const name = calls.at(-1);
  if (name === undefined) return undefined;
  return new RegExp(`^${name} = (${pythonName})$`, 'mu').exec(text)?.[1] ?? name;
}

function testsOf(block: TopLevelBlock, file: Blocks): ProgramTest[] {
  const { blocks, fixtures } = file;
  const { head, text, decorators } = block;
  if (!isTest(block, file) || isFixture(block)) return [];
  if (isAssert(block)) {
    const stage = sharedBy(blocks.slice(0, blocks.indexOf(block)), file);
    return [{ kind: 'assert', source: `${stage}${text}` }];
  }
  const shared = sharedBy(blocks, file);
  if (check.test(head)) return [{ kind: 'check', source: `${shared}${text}` }];
  if (isLeftOut(decorators)) return [];
  const [, name, parameters] = testFunction.exec(head) ?? [];
  if (name === undefined) return testsOfClass(block, shared, file);
  const { before, after } = moduleSetup(blocks, name);
  const call = testCall(name, { decorators, parameters: parameters!, isAsync: isAsync(head) }, fixtures);
  return [{ kind: 'assert', source: [`${shared}${text}`, ...before, call, ...after].join('\n') }];
}

/** What goes before a test. Called in the judge, a program's own function would not be the program's any more. */
function sharedBy(blocks: readonly TopLevelBlock[], file: Blocks): string {
  const rest = blocks.filter((block) => isOfProgram(block, file));
  const needed = blocks.filter((block) => isFixture(block) || isModuleSetup(block));
  return textOf([...(file.besideProgram ? rest.filter((block) => !isDefinition(block)) : rest), ...needed]);
}

function isAsync(head: string): boolean {
  return /^async\b/.test(head);
}

function isLeftOut(decorators: readonly string[]): boolean {
  return decorators.some((text) =>
    /^@(?:pytest\.)?(?:mark\.|unittest\.)?(?:skip|xfail|expectedFailure)\b/.test(text),
  );
}

/** A test of each method, inherited ones too; the classes that it inherits from go before it. */
function testsOfClass(
  block: TopLevelBlock,
  shared: string,
  { blocks, classes, fixtures }: Blocks,
): ProgramTest[] {
  const own = classes.find((one) => one.block === block)!;
  const lineage = lineageOf(own, classes);
  const source = `${shared}${textOf(lineage.map((one) => one.block).reverse())}`;
  const module = moduleSetup(blocks);
  return methodsOf(lineage).flatMap(({ name, parameters, block: method }) => {
    const { head, decorators } = method;
    if (!testFunction.test(head) || isLeftOut(decorators)) return [];
    const { before, after } = around(lineage, name);
    const run = isUnit(lineage)
      ? [...(isAsyncUnit(lineage) ? ['import asyncio'] : []), ...before, `${own.name}('${name}').debug()`]
      : [
          `_tests = ${own.name}()`,
          ...before,
          testCall(`_tests.${name}`, { decorators, parameters, isAsync: isAsync(head) }, fixtures),
        ];
    return [
      { kind: 'assert', source: [source, ...module.before, ...run, ...after, ...module.after].join('\n') },
    ];
  });
}
