import { logicalLines } from '../lines/logical-lines.ts';
import type {
  ExecutionReport,
  ExecutionRequest,
  ParsedProgram,
  ProgramRunner,
  ProgramTest,
  TestResult,
} from '../program-runner.ts';
import { codeOnly } from '../task/python-text.ts';

export interface ScriptedRunnerOptions {
  /** The result of one program on one test; what is left out is that of a run that passed. */
  readonly run: (program: string, test: ProgramTest, request: ExecutionRequest) => Partial<TestResult>;
  /** Whether a text parses; by default: nothing is left open and every header has a body. */
  readonly parses?: (text: string) => boolean;
}

/** A ProgramRunner that runs nothing: a function says how a program does on a test. */
export class ScriptedRunner implements ProgramRunner {
  readonly name = 'scripted';
  /** Everything that was asked to run. */
  readonly requests: ExecutionRequest[] = [];
  readonly #options: ScriptedRunnerOptions;

  constructor(options: ScriptedRunnerOptions) {
    this.#options = options;
  }

  async parse(attempts: readonly (readonly string[])[], { signal }: { signal?: AbortSignal } = {}) {
    signal?.throwIfAborted();
    const { parses = looksComplete } = this.#options;
    return attempts.map((texts): ParsedProgram | undefined => {
      const index = texts.findIndex(parses);
      return index < 0 ? undefined : { index, normalized: texts[index]!.replace(/\n\s*\n/g, '\n').trim() };
    });
  }

  async run(request: ExecutionRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ExecutionReport> {
    signal?.throwIfAborted();
    this.requests.push(request);
    const results = request.tests.map((test) => ({
      ...passed,
      ...this.#options.run(request.program, test, request),
    }));
    return {
      program: request.program,
      results: results.map((result) => (request.trace ? result : { ...result, trace: [] })),
    };
  }

  async dispose(): Promise<void> {}
}

const passed: TestResult = { outcome: 'passed', stdout: '', stdoutTruncated: false, trace: [], elapsedMs: 0 };

function looksComplete(text: string): boolean {
  const lines = logicalLines(text);
  return lines.every(
    (line, i) =>
      !line.open && (!/:\s*$/.test(codeOnly(line.text)) || (lines[i + 1]?.indent ?? 0) > line.indent),
  );
}
