import type { LocalChange, TestResult, TraceEvent } from '../program-runner.ts';
import { keptSteps } from './kept-steps.ts';
import { type EntryRenderer, type EntryStyle, failureText, oneLine } from './signal-entry.ts';
import { type ToldCall, toldCall } from './told-call.ts';

/**
 * tracewise's own form: the program once, its lines numbered; then for each test the call, every executed
 * line that changed something with what it changed, how the call ended, and (a switch) what was expected.
 */
export const renderCompact: EntryRenderer = ({ program, results }, index, style) => {
  const lines = program.trimEnd().split('\n');
  const code = lines.map((line, i) => `${i + 1}| ${line}`).join('\n');
  return `# Continuation ${index + 1}\n${code}\n${results.map((result) => runText(result, style)).join('')}`;
};

function runText(result: TestResult, style: EntryStyle): string {
  const told = toldCall(result);
  const steps = effects(result.trace.slice(told.start, told.end), told.depth);
  const lines = [...keptSteps(steps, result, told, style), endText(result, told, style)];
  return `${[told.heading, ...lines.map((line) => oneLine(`  ${line}`))].join('\n')}\n`;
}

/** A line's effect is what the next event of its frame reports as changed. */
function effects(trace: readonly TraceEvent[], depth: number): string[] {
  const running: TraceEvent[] = [];
  const texts: string[] = [];
  for (const event of trace) {
    if (event.depth < depth) continue;
    const line = running[event.depth];
    const nested = event.depth > depth ? `${event.functionName} ` : '';
    const begins = event.event === 'call' || event.event === 'resume';
    if (line && !begins && event.changes.length > 0)
      texts.push(`${nested}${line.line}: ${changesText(event.changes)}`);
    if (event.event === 'exception') texts.push(`${nested}${event.line}: ! ${event.exceptionType}`);
    if (event.event === 'return' && event.depth > depth) texts.push(`${nested}-> ${event.value ?? 'None'}`);
    if (event.event === 'yield') texts.push(`${nested}yields ${event.value ?? 'None'}`);
    if (event.event === 'line' || event.event === 'resume') running[event.depth] = event;
    else if (event.event === 'call') delete running[event.depth];
  }
  return texts;
}

function changesText(changes: readonly LocalChange[]): string {
  return changes.map(({ name, value }) => (value === null ? `${name} gone` : `${name}=${value}`)).join('; ');
}

function endText(result: TestResult, told: ToldCall, { showExpected }: EntryStyle): string {
  const { returned = 'None', hasReturned, raised, expected, alone } = told;
  const failure = failureText(result, raised);
  if (result.exception && result.stdin === undefined && hasReturned)
    return `-> ${returned}  (then the test raised ${failure})`;
  const ended = failure ? `! ${failure}` : `${result.stdin === undefined ? '->' : 'printed'} ${returned}`;
  if (!showExpected) return ended;
  if (result.outcome === 'passed') return `${ended}  (as expected)`;
  if (expected !== undefined) return `${ended}  (expected ${expected})`;
  return alone || failure ? `${ended}  (not as expected)` : ended;
}
