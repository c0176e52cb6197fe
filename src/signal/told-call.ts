import type { TestResult, TraceEvent } from '../program-runner.ts';

/** The one call of a run that the signal tells of, where a test makes several: the last. */
export interface ToldCall {
  readonly heading: string;
  /** Its part of the trace. */
  readonly start: number;
  readonly end: number;
  /** The trace had reached its limit before the call ended. */
  readonly isCut: boolean;
  readonly returned?: string | undefined;
  /** What it raised where the test did not fail by it. */
  readonly raised?: TraceEvent | undefined;
  /** What is expected of it, where that is known. */
  readonly expected?: string | undefined;
  /** Whether the test's verdict is on it alone. */
  readonly alone: boolean;
}

/** Finds the call in the trace. Each call from a test begins with a line past the program's last. */
export function toldCall(program: string, result: TestResult): ToldCall {
  const { trace, traceEnded, call, callNumber, judged, expected, joint = false } = result;
  const pastProgram = program.split('\n').length;
  const marks = indicesOf(trace, ({ event, depth, line }) => {
    return event === 'line' && depth === 1 && line > pastProgram;
  });
  const number = callNumber ?? marks.length;
  const from = number === 0 ? 0 : (marks[number - 1] ?? trace.length);
  const end = marks[number] ?? trace.length;
  // Where the test ran beside the program, several calls stand in one such part.
  const name = call?.split('(', 1)[0];
  const calls = indicesOf(trace, ({ event, depth, functionName }, i) => {
    return event === 'call' && depth === 2 && functionName === name && i >= from && i < end;
  });
  const start = calls.length > 1 ? calls.at(-1)! : from;
  const own = trace.slice(start, end).filter(({ depth }) => depth === 2);
  const isCut = (traceEnded === 'events' || traceEnded === 'bytes') && end === trace.length;
  const part = { start, end, isCut, ...endingOf(own, result) };
  const wasNotTold = callNumber === undefined && (calls.length > 1 || marks.length > 1);
  const isOneOfMany = judged === undefined && joint && marks.length > 0;
  const first = own.find(({ event }) => event === 'call');
  if (first && (wasNotTold || isOneOfMany || call === undefined))
    return { ...part, heading: callText(first), alone: false };
  return { ...part, heading: call ?? '(whole program)', expected, alone: !joint };
}

function indicesOf(
  trace: readonly TraceEvent[],
  is: (event: TraceEvent, index: number) => boolean,
): number[] {
  return trace.flatMap((event, i) => (is(event, i) ? [i] : []));
}

/** How the call ended: as the runner told, or by the events of its own frame. */
function endingOf(
  own: readonly TraceEvent[],
  { returned }: TestResult,
): Pick<ToldCall, 'returned' | 'raised'> {
  const last = own.at(-1);
  if (returned !== undefined || !last) return { returned };
  if (last.event !== 'unwind') return { returned: last.event === 'return' ? last.value : undefined };
  return { raised: own.findLast(({ event }) => event === 'exception') };
}

/** A call by the arguments that its frame began with. */
function callText({ functionName, changes }: TraceEvent): string {
  return `${functionName}(${changes.map(({ name, value }) => `${name}=${value}`).join(', ')})`;
}
