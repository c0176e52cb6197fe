import type { TestResult } from '../program-runner.ts';
import { replayTrace } from './replay-trace.ts';
import { type EntryRenderer, failureName, oneLine, type SignalEntry } from './signal-entry.ts';
import { type ToldCall, toldCall } from './told-call.ts';

/**
 * The form that the embedded model was trained on: the continuation's own lines under a verdict, then one
 * line a test with the final value of every local that is not still an argument's, and what came back.
 * `# 1 fail` / `    total = sum(kept)` / `1: kept=[7, 9]; total=16 -> total fail`.
 */
export const renderFinal: EntryRenderer = ({ program, results }, index, { codeSoFar, showExpected }) => {
  const runs = results.map((result) => runText(program, result, showExpected));
  const lines = runs.map((run, i) => oneLine(`${i + 1}: ${run}`.trimEnd()));
  const continuation = continuationOf(program, codeSoFar);
  const verdict = showExpected ? ` ${verdictOf(lines)}` : '';
  return `${[`# ${index + 1}${verdict}`, continuation, ...lines].join('\n')}\n`;
};

/** Whether an entry goes on at all: the embedded model has never read one that does not. */
export function hasContinuation({ program }: SignalEntry, codeSoFar: string): boolean {
  return continuationOf(program, codeSoFar) !== '';
}

function continuationOf(program: string, codeSoFar: string): string {
  return program.slice(codeSoFar.length).replace(/^\n+|\n+$/g, '');
}

function runText(program: string, result: TestResult, showExpected: boolean): string {
  const told = toldCall(result);
  const locals = finalLocals(program, result, told).map(([name, value]) => `${name}=${short(value)}`);
  const state = locals.join('; ');
  const failure = failureName(result) ?? told.raised?.exceptionType;
  if (failure) return `${state} ! ${failure}`.trimStart();
  const { returned = 'None' } = told;
  if (returned === 'None') {
    const near = showExpected && result.outcome !== 'passed' ? result.expectedLocals?.[0] : undefined;
    return `${state} -> None${near === undefined ? '' : `, ${near} ok`}`.trimStart();
  }
  const name = returned.length > 4 ? result.returnedLocals?.[0] : undefined;
  const verdict = showExpected ? (result.outcome === 'passed' ? ' pass' : ' fail') : '';
  return `${state} -> ${name ?? short(returned)}${verdict}`.trimStart();
}

/** Locals at the end of the called function's last frame, arguments that kept their value left out. */
function finalLocals(
  program: string,
  { trace, stdin }: TestResult,
  { start, end, depth, isCut }: ToldCall,
): [string, string][] {
  if (isCut || (depth === 1 && stdin === undefined)) return [];
  const steps = replayTrace(program, trace)
    .slice(start, end)
    .filter(({ event }) => event.depth === depth);
  const called = steps.findLast(({ event }) => event.event === 'call');
  const last = steps.at(-1);
  if (!called || !last) return [];
  const locals = [...last.locals].map(([name, { value }]): [string, string] => [name, value]);
  return locals.filter(([name, value]) => called.locals.get(name)?.value !== value);
}

function verdictOf(lines: readonly string[]): string {
  if (lines.length === 0) return 'open';
  if (lines.some((line) => line.endsWith(' fail') || line.includes(' ! '))) return 'fail';
  if (lines.every((line) => line.endsWith(' pass'))) return 'pass';
  return lines.every((line) => line.endsWith(' ok')) ? 'near' : 'open';
}

function short(value: string, max = 40): string {
  return value.length <= max ? value : `${value.slice(0, max - 3)}...`;
}
