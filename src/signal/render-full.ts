import type { TestResult } from '../program-runner.ts';
import { keptSteps } from './kept-steps.ts';
import { type Locals, replayTrace, type TraceStep } from './replay-trace.ts';
import { type EntryRenderer, type EntryStyle, failureName, failureText, oneLine } from './signal-entry.ts';
import { type ToldCall, toldCall } from './told-call.ts';

/**
 * The paper's full form: before every executed line the locals and their types, then the event and its
 * source line; on return the caller's state and the value. One bar per frame.
 */
export const renderFull: EntryRenderer = ({ program, results }, _index, style) => {
  const text = `# Function:\n${program.trim()}\n`;
  const runs = results.map((result) => {
    const told = toldCall(result);
    return `# Invocation:\n${told.heading}\n\n${traceText(program, result, told, style)}`;
  });
  if (style.repeatProgram) return runs.map((run) => `${text}\n${run}`).join('\n');
  return [text, ...runs].join('\n');
};

function traceText(program: string, result: TestResult, told: ToldCall, style: EntryStyle): string {
  const replayed = replayTrace(program, result.trace).slice(told.start, told.end);
  const steps = visibleSteps(replayed, told.depth, style.headersOnce).map(stepText);
  const kept = keptSteps(steps, result, told, style);
  const ending = replayed.at(-1)?.event.event === 'unwind' ? [] : unseenEnding(result);
  const { stdin, returned } = result;
  const printed = stdin === undefined || returned === undefined ? [] : [`Printed: ${returned}`];
  return `# Execution Trace:\n${[...kept, ...ending, ...printed, ...expectation(told, style)].join('\n')}\n`;
}

/** A failure that no frame of the trace was left by: in the test, before the program ran, or at a limit. */
function unseenEnding(result: TestResult): string[] {
  const failure = failureName(result);
  if (!failure) return [];
  return [result.exception ? oneLine(`(raised: ${failureText(result)})`) : `(stopped: ${failure})`];
}

function expectation({ expected }: ToldCall, style: EntryStyle): string[] {
  return style.showExpected && expected !== undefined ? [`Expected: ${expected}`] : [];
}

/** The reference's tracer stops at a loop's header once, and never twice in a row at one line. */
function visibleSteps(steps: readonly TraceStep[], depth: number, headersOnce: boolean): TraceStep[] {
  // The module is entered by no line.
  const inFunction = steps.filter(({ event }) => event.depth >= depth && (event.depth > 1 || event.line > 0));
  if (!headersOnce) return inFunction;
  const seen = new Map([[1, new Set<number>()]]);
  return inFunction.filter(({ event, source }, i) => {
    if (event.event === 'call') seen.set(event.depth, new Set());
    if (event.event !== 'line') return true;
    const previous = inFunction[i - 1]?.event;
    if (previous?.event === 'line' && previous.line === event.line && previous.depth === event.depth)
      return false;
    const headers = seen.get(event.depth);
    const repeated = /^\s*(?:async\s+)?(?:for|while)\b/.test(source) && headers?.has(event.line);
    headers?.add(event.line);
    return !repeated;
  });
}

function stepText({ event, source, locals, caller }: TraceStep): string {
  const returned = event.event === 'return';
  const shown = returned && caller ? caller : { locals, source };
  const bars = '='.repeat(returned ? Math.max(1, event.depth - 1) : event.depth);
  const lines = [
    `${bars} ${dict(shown.locals, 'value')} , ${dict(shown.locals, 'type')}`,
    `${event.event.toUpperCase()}: ${shown.source}`,
  ];
  if ((returned && event.depth > 1) || event.event === 'yield')
    lines.push(`Return Value: ${oneLine(event.value ?? 'None')}`);
  if (event.event === 'exception')
    lines.push(oneLine(`Return Value: ${event.exceptionType}(${event.value ?? ''})`));
  return lines.join('\n');
}

/** A dict of the locals; values stand as they were rendered, type names as strings. */
export function dict(locals: Locals, field: 'value' | 'type'): string {
  const items = [...locals].map(
    ([name, local]) => `'${name}': ${field === 'value' ? local.value : `'${local.type}'`}`,
  );
  return oneLine(`{${items.join(', ')}}`);
}
