import type { TestResult, TraceEvent } from '../program-runner.ts';
import { oneLine } from './signal-entry.ts';

/** The one call of a run that the signal tells of, where a test makes several: the last. */
export interface ToldCall {
  readonly heading: string;
  /** Its part of the trace. */
  readonly start: number;
  readonly end: number;
  /** The depth of its own events: 1, the module's, where nothing was called. */
  readonly depth: 1 | 2;
  /** The trace had reached its limit before the call ended. */
  readonly isCut: boolean;
  readonly returned?: string | undefined;
  /** Its frame was left by a return: what failed, if anything, did so behind it. */
  readonly hasReturned: boolean;
  /** What it raised where the test did not fail by it. */
  readonly raised?: TraceEvent | undefined;
  /** What is expected of it, where that is known. */
  readonly expected?: string | undefined;
  /** Whether the test's verdict is on it alone. */
  readonly alone: boolean;
}

interface Part extends Pick<ToldCall, 'start' | 'end' | 'depth' | 'isCut'> {
  /** It may be another call than `call` tells of. */
  readonly isOther: boolean;
}

/** Finds the call in the trace, and what a result says of it. */
export function toldCall(result: TestResult): ToldCall {
  const { isOther, ...part } = partOf(result);
  const own = result.trace.slice(part.start, part.end).filter(({ depth }) => depth === part.depth);
  const hasReturned = own.at(-1)?.event === 'return';
  return { ...part, hasReturned, ...endingOf(own, result), ...claimOf(own, result, isOther) };
}

/** Each call from a test begins with a line of the test. */
function partOf({ trace, traceEnded, call, callNumber, judged, joint }: TestResult): Part {
  const marks = indicesOf(trace, ({ depth, functionName }) => depth === 1 && functionName === '<test>');
  const number = callNumber ?? marks.length;
  const from = number === 0 ? 0 : (marks[number - 1] ?? trace.length);
  const end = endOfCall(trace, from, marks[number] ?? trace.length);
  const name = call?.split('(', 1)[0];
  const calls = indicesOf(trace, ({ event, depth, functionName }, i) => {
    return event === 'call' && depth === 2 && functionName === name && i >= from && i < end;
  });
  // There are several in one such part where the test ran beside the program.
  const wasNotTold = callNumber === undefined && (calls.length > 1 || marks.length > 1);
  return {
    start: marks.length > 0 && calls.length > 1 ? calls.at(-1)! : from,
    end,
    depth: marks.length === 0 && trace.some(({ depth }) => depth === 1) ? 1 : 2,
    isCut: (traceEnded === 'events' || traceEnded === 'bytes') && end === trace.length,
    isOther: marks.length > 0 && (wasNotTold || (judged === undefined && joint === true)),
  };
}

/** A generator that goes on after the call has ended was left in it, and does so to be closed. */
function endOfCall(trace: readonly TraceEvent[], from: number, to: number): number {
  let last: TraceEvent['event'] | undefined;
  for (let i = from; i < to; i++) {
    const { event, depth } = trace[i]!;
    if (depth !== 2) continue;
    if (event === 'resume' && (last === 'return' || last === 'unwind')) return i;
    last = event;
  }
  return to;
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

function claimOf(
  own: readonly TraceEvent[],
  { call, stdin, expected, joint }: TestResult,
  isOther: boolean,
): Pick<ToldCall, 'heading' | 'expected' | 'alone'> {
  if (stdin !== undefined) return { heading: `stdin ${stdin}`, expected, alone: true };
  const called = own.find(({ event, depth }) => event === 'call' && depth === 2);
  if (called && (isOther || call === undefined)) return { heading: callText(called), alone: false };
  return { heading: call ?? '(whole program)', expected, alone: joint !== true };
}

/** A call by the arguments that its frame began with. */
function callText({ functionName, changes }: TraceEvent): string {
  return oneLine(`${functionName}(${changes.map(({ name, value }) => `${name}=${value}`).join(', ')})`);
}
