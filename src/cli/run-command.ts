import { resolve, sep } from 'node:path';
import { TracewiseError } from '../errors.ts';
import { createRunner } from '../execution/create-runner.ts';
import type { ExecutionReport, ProgramTest, TestResult } from '../program-runner.ts';
import { renderSignal } from '../signal/render-signal.ts';
import { entryPointOf } from '../task/entry-point.ts';
import { isCall } from '../task/is-call.ts';
import { pythonName } from '../task/python-text.ts';
import { readTask } from '../task/read-task.ts';
import { readTests, type TestFile } from '../task/read-tests.ts';
import { testText } from '../task/test-text.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { readSource, readTextFile } from './read-text-file.ts';

/** What commander reads from the command line of `tracewise run`. */
export interface RunFlags {
  readonly call?: string;
  readonly tests?: string;
  readonly trace?: 'full' | 'compact' | 'minimal' | 'json';
  readonly backend: 'pyodide' | 'cpython';
  readonly python?: string;
  readonly timeout?: number;
}

interface Work {
  readonly program: string;
  readonly tests: readonly ProgramTest[];
  readonly entryPoint?: string;
  readonly setupCode?: string;
}

/** `tracewise run`: runs a Python file on a call or on tests, confined; returns the exit code. */
export function runCommand(file: string, flags: RunFlags): Promise<number> {
  return interruptible(async (signal) => {
    const work = await readWork(file, flags, signal);
    const { backend, python, timeout, trace } = flags;
    await using runner = await createRunner({
      backend,
      maxWorkers: 1, // all that is run is one message
      ...(python !== undefined && { python }),
    });
    const report = await runner.run(
      {
        ...work,
        trace: trace !== undefined,
        ...(timeout !== undefined && { limits: { timeoutMs: Math.round(timeout * 1000) } }),
      },
      { signal },
    );
    show(report, work.tests, flags);
    return report.results.every(({ outcome }) => outcome === 'passed')
      ? exitCodes.solved
      : exitCodes.notSolved;
  });
}

/** Without anything to ask, the file itself is run, for what it prints or raises. */
const wholeProgram: ProgramTest = { kind: 'io', stdin: '' };

async function readWork(file: string, { call, tests }: RunFlags, signal: AbortSignal): Promise<Work> {
  const source = await readSource(file, signal);
  const programModule = moduleOf(file);
  const own = readTests(source, { programModule, besideProgram: true });
  if (call !== undefined) {
    if (!isCall(call.trim())) {
      throw new TracewiseError(
        'ERR_TASK',
        `Expected one call, such as 'f(1)', for --call but received ${JSON.stringify(call)}; put anything else into a file of tests`,
      );
    }
    const entryPoint = new RegExp(`^\\s*(${pythonName})\\s*\\(`, 'u').exec(call)?.[1];
    const asked = [{ kind: 'assert' as const, source: call }];
    return { program: own.program, tests: asked, ...(entryPoint !== undefined && { entryPoint }) };
  }
  if (tests === undefined) {
    sayLeftOut(own, file);
    if (own.tests.length === 0) return { program: own.ownProgram, tests: [wholeProgram] };
    return { program: own.ownProgram, tests: own.tests, ...entryPoint(own, own.program) };
  }
  const wanted = await readTextFile(tests);
  if (wanted.trimStart().startsWith('{')) {
    const { entryPoint, setupCode, tests: visible, hiddenTests } = readTask(wanted);
    return { program: source, tests: [...visible, ...hiddenTests], entryPoint, setupCode };
  }
  const found = readTests(wanted, { programModule });
  sayLeftOut(found, tests);
  if (found.tests.length === 0) {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected asserts, test functions or a \`check\` in ${tests} but found none`,
    );
  }
  return { program: own.program, tests: found.tests, ...entryPoint(found, own.program) };
}

/** The full name of a file's module, its folders first. */
function moduleOf(file: string): string {
  return resolve(file).replace(/\.py$/, '').split(sep).filter(Boolean).join('.');
}

function entryPoint(found: TestFile, program: string): Pick<Work, 'entryPoint'> {
  const name = entryPointOf(found, program);
  return name === undefined ? {} : { entryPoint: name };
}

/** Throws ERR_TASK where nothing but what is left out could have been a test: that is no success. */
function sayLeftOut({ tests, leftOut }: TestFile, file: string): void {
  if (leftOut.length === 0) return;
  const count = leftOut.length === 1 ? '1 test is' : `${leftOut.length} tests are`;
  const said = `${count} left out: ${[...new Set(leftOut)].join('; ')}`;
  if (tests.length > 0) process.stderr.write(`${said}\n`);
  else {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected tests in ${file} but none of it can be read as one: ${said}; write asserts`,
    );
  }
}

function show(report: ExecutionReport, tests: readonly ProgramTest[], { trace, call }: RunFlags): void {
  if (trace === 'json') {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  for (const [i, result] of report.results.entries()) {
    process.stdout.write(`${printable(resultText(result, tests[i]!))}\n`);
    if (trace === undefined) continue;
    const { text: traceText } = renderSignal([{ program: report.program, results: [result] }], {
      form: trace,
      codeSoFar: '',
      // Of a call alone nothing is expected.
      showExpected: call === undefined,
      showUnfinished: true,
      headersOnce: false,
      repeatProgram: false,
      maxTokens: Number.POSITIVE_INFINITY,
      countTokens: () => 0,
    });
    process.stdout.write(`${printable(traceText.slice(traceText.indexOf('\n\n') + 2))}\n`);
  }
}

function resultText(result: TestResult, test: ProgramTest): string {
  const { outcome, returned, expected, exception, detail, stdout, stdoutTruncated } = result;
  const asked = test === wholeProgram ? 'the program' : (result.call ?? testText(test).split('\n').at(-1)!);
  const lines = [
    `${outcome === 'passed' ? '✓' : '✗'} ${asked}${returned === undefined ? '' : ` → ${returned}`}`,
  ];
  if (outcome !== 'passed')
    lines[0] += `  (${outcome}${expected === undefined ? '' : `; expected ${expected}`})`;
  if (exception) {
    const where = exception.line === undefined ? '' : ` at line ${exception.line}`;
    lines.push(`  ${exception.type}: ${exception.message}${where}`);
  }
  if (detail !== undefined) lines.push(`  ${detail}`);
  if (stdout !== '')
    lines.push(
      ...stdout
        .trimEnd()
        .split('\n')
        .map((line) => `  | ${line}`),
    );
  if (stdoutTruncated) lines.push('  | … (cut)');
  return lines.join('\n');
}
