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
  const runs = results.map((result) => runOf(program, result, showExpected));
  const lines = runs.map(({ text }, i) => oneLine(`${i + 1}: ${text}`.trimEnd()));
  const continuation = continuationOf(program, codeSoFar);
  const verdict = showExpected ? ` ${verdictOf(runs.map(({ verdict }) => verdict))}` : '';
  return `${[`# ${index + 1}${verdict}`, continuation, ...lines].join('\n')}\n`;
};

/** Whether an entry goes on at all: the embedded model has never read one that does not. */
export function hasContinuation({ program }: SignalEntry, codeSoFar: string): boolean {
  return continuationOf(program, codeSoFar) !== '';
}

function continuationOf(program: string, codeSoFar: string): string {
  if (!program.startsWith(codeSoFar)) return ''; // it was normalised or cut: nothing of it follows the code
  return program.slice(codeSoFar.length).replace(/^\n+|\n+$/g, '');
}

type Verdict = 'pass' | 'fail' | 'ok' | 'open';

/**
 * One test's line, and how it went. A run that gave nothing has not failed, since the continuation may be unfinished:
 * it is `ok` where a local already holds what is expected.
 */
function runOf(
  program: string,
  result: TestResult,
  showExpected: boolean,
): { text: string; verdict: Verdict } {
  const told = toldCall(result);
  const { returned = 'None', raised } = told;
  const failure = failureName(result) ?? raised?.exceptionType;
  const gaveNothing = !failure && returned === (result.stdin === undefined ? 'None' : '""');
  const near = gaveNothing && showExpected ? result.expectedLocals?.[0] : undefined;
  const verdict = verdictOn(result, gaveNothing, near);
  const name = returned.length > 4 ? result.returnedLocals?.[0] : undefined;
  const ended = failure ? `! ${failure}` : `-> ${name ?? short(returned)}`;
  const isSaid = showExpected && (verdict === 'pass' || (verdict === 'fail' && !failure));
  const judged = isSaid ? ` ${verdict}` : verdict === 'ok' ? `, ${near} ok` : '';
  const state = finalLocals(program, result, told).map(([local, value]) => `${local}=${short(value)}`);
  return { text: `${state.join('; ')} ${ended}${judged}`.trimStart(), verdict };
}

function verdictOn({ outcome }: TestResult, gaveNothing: boolean, near: string | undefined): Verdict {
  if (outcome === 'passed') return 'pass';
  if (!gaveNothing) return 'fail';
  return near === undefined ? 'open' : 'ok';
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

function verdictOf(runs: readonly Verdict[]): string {
  if (runs.length === 0) return 'open';
  if (runs.includes('fail')) return 'fail';
  if (runs.every((verdict) => verdict === 'pass')) return 'pass';
  return runs.every((verdict) => verdict === 'ok') ? 'near' : 'open';
}

function short(value: string, max = 40): string {
  const characters = [...value];
  return characters.length <= max ? value : `${characters.slice(0, max - 3).join('')}...`;
}
