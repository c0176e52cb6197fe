import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { TracewiseError } from '../errors.ts';
import { createRunner } from '../execution/create-runner.ts';
import type { ExecutionReport, ProgramTest, TestResult } from '../program-runner.ts';
import { renderSignal } from '../signal/render-signal.ts';
import { isCall } from '../task/is-call.ts';
import { readTask } from '../task/read-task.ts';
import { readTests } from '../task/read-tests.ts';
import { testText } from '../task/test-text.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { readTextFile, withoutMark } from './read-text-file.ts';

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
    const work = await readWork(file, flags);
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

async function readWork(file: string, { call, tests }: RunFlags): Promise<Work> {
  const source = file === '-' ? withoutMark(await text(process.stdin)) : await readTextFile(file);
  const own = readTests(source, { besideProgram: true });
  if (call !== undefined) {
    if (!isCall(call.trim())) {
      throw new TracewiseError(
        'ERR_TASK',
        `Expected one call, such as 'f(1)', for --call but received ${JSON.stringify(call)}; put anything else into a file of tests`,
      );
    }
    const entryPoint = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*\(/u.exec(call)?.[1];
    const asked = [{ kind: 'assert' as const, source: call }];
    return { program: own.program, tests: asked, ...(entryPoint !== undefined && { entryPoint }) };
  }
  if (tests === undefined) {
    // Without anything to ask, the file itself is run, for what it prints or raises.
    const asked = own.tests.length > 0 ? own.tests : [{ kind: 'assert' as const, source: 'pass' }];
    return { program: own.program, tests: asked };
  }
  const wanted = await readTextFile(tests);
  if (wanted.trimStart().startsWith('{')) {
    const { entryPoint, setupCode, tests: visible, hiddenTests } = readTask(wanted);
    return { program: source, tests: [...visible, ...hiddenTests], entryPoint, setupCode };
  }
  const found = readTests(wanted, { programModule: basename(file, '.py') }).tests;
  if (found.length === 0) {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected asserts, test functions or a \`check\` in ${tests} but found none`,
    );
  }
  return { program: own.program, tests: found };
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
  const asked = result.call ?? testText(test).split('\n').at(-1)!;
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
