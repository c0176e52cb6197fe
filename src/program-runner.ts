/**
 * What the controller asks of a place where programs run. `src/execution` implements it in locked
 * interpreters, `tracewise/testing` with a script. Whatever a runner returns is untrusted text.
 */

/** How one test of one program ended. Every outcome has the same shape: `TestResult`. */
export type Outcome =
  | 'passed'
  | 'failed'
  | 'raised'
  | 'timed-out'
  | 'out-of-memory'
  | 'killed'
  | 'not-parsable';

/**
 * One test of a program.
 * - `assert`: one statement `assert …` that calls the entry point, or any statements that do; what they expect
 *   is never shown to the program.
 * - `check`: HumanEval's form, a source that defines `check(candidate)`.
 * - `io`: a whole program read from stdin and judged by its stdout; where an `entryPoint` is given and the program
 *   does not call it itself, it is called without arguments; `exit()` is an end like any other. Without an
 *   `expectedStdout` it passes where it comes to its end.
 */
export type ProgramTest =
  | { readonly kind: 'assert'; readonly source: string }
  | { readonly kind: 'check'; readonly source: string }
  | { readonly kind: 'io'; readonly stdin: string; readonly expectedStdout?: string };

/** Bounds of one test's run and of its trace. */
export interface ExecutionLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly stdoutBytes: number;
  /** Trace events kept of one test. */
  readonly traceEvents: number;
  readonly traceBytes: number;
  /** Characters of one rendered value. */
  readonly valueChars: number;
  /** Items shown of one container. */
  readonly valueItems: number;
  readonly valueDepth: number;
  /** Local variables followed in one frame. */
  readonly locals: number;
}

export interface ExecutionRequest {
  /** The whole program so far: imports, helpers and the function. */
  readonly program: string;
  /** The name that the tests call; needed by `check` and for the trace of `assert`. */
  readonly entryPoint?: string;
  /** Statements run after the program and before each test, in the program's namespace (MBPP's test_setup_code). */
  readonly setupCode?: string;
  readonly tests: readonly ProgramTest[];
  readonly trace: boolean;
  readonly limits?: Partial<ExecutionLimits>;
}

/** A local variable that changed since the frame was left or last told of; `value` null: it was deleted. */
export interface LocalChange {
  readonly name: string;
  readonly value: string | null;
  /** The value's exact type's name. */
  readonly type: string;
}

/**
 * One stop of the tracer. `line`: the state before the line runs. `resume`: a generator goes on; all its locals are
 * told again.
 * `unwind`: a frame is left by an exception.
 */
export interface TraceEvent {
  readonly event: 'call' | 'line' | 'return' | 'exception' | 'yield' | 'resume' | 'unwind';
  /** 1-based line of the program as it was run; 0 where unknown; one past its last: the test's call of it. */
  readonly line: number;
  /** `<module>` at the program's top level; `<test>` where a test calls it. */
  readonly functionName: string;
  /** 1: the module; 2: the function called by the test. */
  readonly depth: number;
  readonly changes: readonly LocalChange[];
  /** Rendered: the returned or yielded value, or the exception's message. */
  readonly value?: string;
  /** Of `exception`: its type's name. */
  readonly exceptionType?: string;
}

export interface TestResult {
  readonly outcome: Outcome;
  /**
   * `outside`: what decided was compared where the program cannot reach. `inside`: the test needs the program's own
   * objects, so the program could have forged it. Undefined where the run ended before a comparison.
   */
  readonly judged?: 'outside' | 'inside';
  /**
   * The call of the entry point that ran last, e.g. `f(1, [2])`: as it stands in the test where it was the only one,
   * else with its values; undefined where none could be told.
   */
  readonly call?: string;
  /** Which of the trace's calls from the test it was, counted from 1, where there were more. */
  readonly callNumber?: number;
  /** The test decides by more than what that call returned: by several calls together. */
  readonly joint?: true;
  /** Of an `io` test: what the program read, quoted. */
  readonly stdin?: string;
  /** Rendered value of the call, where it returned; of an `io` test what was printed. */
  readonly returned?: string;
  /** Rendered expected value or output, where the test compares with one; never shown to the program. */
  readonly expected?: string;
  readonly exception?: { readonly type: string; readonly message: string; readonly line?: number };
  /** More about the outcome, e.g. the denied host function of `killed`. */
  readonly detail?: string;
  /**
   * Locals of the called function's frame that were identical to the returned value when it returned, and
   * locals whose value equalled the expected one when its frame ended; names only.
   */
  readonly returnedLocals?: readonly string[];
  readonly expectedLocals?: readonly string[];
  readonly stdout: string;
  readonly stdoutTruncated: boolean;
  readonly trace: readonly TraceEvent[];
  /** Why the trace ended early. */
  readonly traceEnded?: 'events' | 'bytes' | 'killed';
  readonly elapsedMs: number;
}

export interface ExecutionReport {
  /** The program's lines as they were run, to read `TraceEvent.line` against. */
  readonly program: string;
  /** In the order of the request's tests. */
  readonly results: readonly TestResult[];
}

/** A text that parses, and its normal form. */
export interface ParsedProgram {
  /** Which of the given attempts parsed first. */
  readonly index: number;
  /** Comments, docstrings and layout removed: two programs with one normal form are duplicates. '' for an empty one. */
  readonly normalized: string;
}

export interface ProgramRunner {
  /** What to call it in events, e.g. `pyodide 314.0.7 (Python 3.14.2)`. */
  readonly name: string;
  /** Of each list of attempts: the first that parses, or undefined. Nothing is run. */
  parse(
    attempts: readonly (readonly string[])[],
    options?: { signal?: AbortSignal },
  ): Promise<(ParsedProgram | undefined)[]>;
  /** Runs one program on all its tests; a program that fails is a value, never an exception. */
  run(request: ExecutionRequest, options?: { signal?: AbortSignal }): Promise<ExecutionReport>;
  dispose(): Promise<void>;
}
