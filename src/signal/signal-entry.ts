import type { TestResult, TraceEvent } from '../program-runner.ts';

/** A program that was run, as the signal shows it. */
export interface SignalEntry {
  readonly program: string;
  /** In the order of the task's visible tests. */
  readonly results: readonly TestResult[];
}

/** How an entry is written. */
export interface EntryStyle {
  /** The code written so far; every program starts with it. */
  readonly codeSoFar: string;
  /** Say whether a run returned what its test expects, and what that is. */
  readonly showExpected: boolean;
  /** Show a loop's header once per frame and a repeated line once, as the reference's tracer does. */
  readonly headersOnce: boolean;
  /** Write the program before each of its runs, as the reference does, and not once. */
  readonly repeatProgram: boolean;
  /** Steps kept of one trace, first and last ones; a run that did not pass gets twice as many. */
  readonly maxSteps: number;
}

/** Writes one entry; `index` counts from 0. */
export type EntryRenderer = (entry: SignalEntry, index: number, style: EntryStyle) => string;

/** Runs that came to no end of their own. */
export function isUnfinished({ outcome }: TestResult): boolean {
  return outcome === 'timed-out' || outcome === 'out-of-memory' || outcome === 'killed';
}

/** What ended a run, in a word: an exception's type, or the limit that was reached. */
export function failureName(result: TestResult): string | undefined {
  if (result.exception) return result.exception.type;
  if (result.outcome === 'timed-out') return 'Timeout';
  if (result.outcome === 'out-of-memory') return 'MemoryError';
  if (result.outcome === 'killed') return 'Killed';
  return result.outcome === 'not-parsable' ? 'SyntaxError' : undefined;
}

/** What ended a run, or the call (`raised`), with what an exception says. */
export function failureText(result: TestResult, raised?: TraceEvent): string | undefined {
  const name = failureName(result) ?? raised?.exceptionType;
  const message = result.exception?.message ?? raised?.value;
  return message ? `${name}: ${message}` : name;
}

/** What a program says, kept to its line: an exception's message or a name could forge lines of the signal. */
export function oneLine(text: string): string {
  return text.replaceAll('\r', '\\r').replaceAll('\n', '\\n');
}
