import type { ProgramTest } from '../program-runner.ts';
import { doctestExamples, type Example } from './doctest-examples.ts';
import { comparePrinted, isValue } from './doctest-output.ts';
import { isCall } from './is-call.ts';
import { codeOnly, isStatement, mentions, noNameBefore, pythonName } from './python-text.ts';

export interface Doctests {
  readonly tests: ProgramTest[];
  /** Why examples are no tests, a reason each. */
  readonly leftOut: string[];
}

/**
 * Doctest examples of a docstring as tests. An example with a value becomes an equality, one with a traceback
 * expects that exception, one whose output is words compares what is printed, and one without output sets the stage
 * for those after it. `entryPoint`: only examples that call it, or show what a call of it has left, are tests.
 * `prints`: it is known to print, so that its examples' output is text whatever it looks like.
 */
export function readDoctests(
  docstring: string,
  { entryPoint, prints = false }: { entryPoint?: string; prints?: boolean } = {},
): Doctests {
  const tests: ProgramTest[] = [];
  const leftOut: string[] = [];
  const before: Example[] = [];
  for (const example of doctestExamples(docstring)) {
    const code = codeOnly(example.source).trim();
    if (code === '' || example.options.includes('SKIP')) continue;
    const stage = stageOf(example, before);
    before.push(example);
    if (example.output === '') continue;
    const isAsked =
      entryPoint === undefined ||
      [...stage, example].some(({ source }) => calls(source).includes(entryPoint));
    if (!isAsked) continue;
    const reason = whyNot(example);
    if (reason !== undefined) leftOut.push(reason);
    else {
      const source = [...stage.map((one) => one.source), testOf(example, prints)].join('\n');
      tests.push({ kind: 'assert', source });
    }
  }
  return { tests, leftOut };
}

function whyNot({ source, output }: Example): string | undefined {
  if (/\bat 0x[0-9a-f]+/i.test(output)) return 'the output holds an address';
  const code = codeOnly(source);
  if (/\bawait\b/.test(code) && !/\basync\b/.test(code) && !isAwait.test(source))
    return '`await` stands outside a coroutine';
  return undefined;
}

const isAwait = /^await\s+(?=[^\n]*$)/;
const traceback =
  /^Traceback \((?:most recent call last|innermost last)\):\n(?:(?:[ \t]|\.\.\.).*\n)*([\p{L}\p{N}_.]+)(?::|\n|$)/u;

function testOf({ source, output, options }: Example, prints: boolean): string {
  const asked = isAwait.test(source) ? `__import__('asyncio').run(${source.replace(isAwait, '')})` : source;
  const exception = traceback.exec(output)?.[1];
  if (exception !== undefined) return expectRaise(asked, exception);
  if (!isExpression(asked)) return expectPrinted(asked, comparePrinted(output, options));
  if (prints || !isValue(output)) {
    const shown = `_value = ${operand(asked)}\nif _value is not None:\n    print(repr(_value))`;
    return expectPrinted(shown, comparePrinted(output, options));
  }
  return `assert ${operand(asked)} == ${output}`;
}

/** What stands before an example: all without output, and those with that change what the example looks at. */
function stageOf(example: Example, before: readonly Example[]): Example[] {
  const bound = before.filter(({ output }) => output === '').flatMap(({ source }) => boundNames(source));
  const looksAt = bound.filter((name) => mentions(codeOnly(example.source), name));
  return before.filter((earlier) => {
    if (earlier.output === '') return true;
    const code = codeOnly(earlier.source);
    const shared = looksAt.filter((name) => mentions(code, name));
    // The same function asked again is a question of its own: it need not be asked what it was asked before.
    const isAskedAgain = calls(earlier.source).some((name) => calls(example.source).includes(name));
    return shared.length > 0 && (!isAskedAgain || shared.some((name) => isUsed(code, name)));
  });
}

/** A method of it is called, or its next item is taken. */
function isUsed(code: string, name: string): boolean {
  return new RegExp(`${noNameBefore}(?:${name}\\s*\\.|next\\s*\\(\\s*${name}\\b)`, 'u').test(code);
}

const called = new RegExp(`${noNameBefore}(${pythonName})\\s*\\(`, 'gu');
const binding = new RegExp(`^\\s*(${pythonName}(?:\\s*,\\s*${pythonName})*)\\s*=(?!=)`, 'gmu');

function calls(source: string): string[] {
  return [...codeOnly(source).matchAll(called)].map(([, name]) => name!);
}

function boundNames(source: string): string[] {
  return [...source.matchAll(binding)].flatMap(([, names]) => names!.split(/\s*,\s*/));
}

function isExpression(source: string): boolean {
  return (
    !isStatement(source) &&
    !/^print\b/.test(source) &&
    boundNames(source).length === 0 &&
    !codeOnly(source).includes(';')
  );
}

/** Anything but a plain call, with its comment perhaps, has to be kept from the comparison behind it. */
function operand(source: string): string {
  return isCall(source) ? source : `(${source}${source.includes('#') ? '\n' : ''})`;
}

/** A class of another module is known by its name alone: the test need not have imported it. */
function expectRaise(source: string, exception: string): string {
  const [kind, then] = exception.includes('.')
    ? ['Exception as error', `assert type(error).__name__ == '${exception.split('.').at(-1)}'`]
    : [exception, 'pass'];
  return `try:\n${indented(source)}\nexcept ${kind}:\n    ${then}\nelse:\n    raise AssertionError(${JSON.stringify(`${exception} expected`)})`;
}

function expectPrinted(source: string, comparison: string): string {
  return `_printed = __import__('io').StringIO()\nwith __import__('contextlib').redirect_stdout(_printed):\n${indented(source)}\n${comparison}`;
}

function indented(source: string): string {
  return source.replace(/^(?=.)/gm, '    ');
}
