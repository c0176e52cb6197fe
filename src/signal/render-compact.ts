import type { LocalChange, TestResult, TraceEvent } from '../program-runner.ts';
import { keepEnds } from './keep-ends.ts';
import { type EntryRenderer, type EntryStyle, failureName } from './signal-entry.ts';

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
  const max = result.outcome === 'passed' ? style.maxSteps : 2 * style.maxSteps;
  const steps = keepEnds(effects(result.trace), max, (omitted) => `  (${omitted} steps left out)`);
  return `${[`${result.call ?? '(whole program)'}`, ...steps, `  ${endText(result, style)}`].join('\n')}\n`;
}

/** A line's effect is what the next event of its frame reports as changed. */
function effects(trace: readonly TraceEvent[]): string[] {
  const running: TraceEvent[] = [];
  const texts: string[] = [];
  for (const event of trace) {
    if (event.depth < 2) continue;
    const line = running[event.depth];
    const nested = event.depth > 2 ? `${event.functionName} ` : '';
    if (line && event.event !== 'call' && event.changes.length > 0)
      texts.push(`  ${nested}${line.line}: ${changesText(event.changes)}`);
    if (event.event === 'exception') texts.push(`  ${nested}${event.line}: ! ${event.exceptionType}`);
    if (event.event === 'return' && event.depth > 2) texts.push(`  ${nested}-> ${event.value ?? 'None'}`);
    if (event.event === 'yield') texts.push(`  ${nested}yields ${event.value ?? 'None'}`);
    if (event.event === 'line') running[event.depth] = event;
    else if (event.event === 'call') delete running[event.depth];
  }
  return texts;
}

function changesText(changes: readonly LocalChange[]): string {
  return changes.map(({ name, value }) => (value === null ? `${name} gone` : `${name}=${value}`)).join('; ');
}

function endText(result: TestResult, { showExpected }: EntryStyle): string {
  const failure = failureName(result);
  const ended = failure
    ? `! ${failure}${result.exception?.message ? `: ${result.exception.message}` : ''}`
    : `-> ${result.returned ?? 'None'}`;
  if (!showExpected) return ended;
  if (result.outcome === 'passed') return `${ended}  (as expected)`;
  return result.expected === undefined
    ? `${ended}  (not as expected)`
    : `${ended}  (expected ${result.expected})`;
}
