import { dict } from './render-full.ts';
import { replayTrace } from './replay-trace.ts';
import { type EntryRenderer, failureName } from './signal-entry.ts';
import { toldCall } from './told-call.ts';

/**
 * The paper's minimal form: of each run only the last state inside the called function (before its last
 * line ran), as locals and their types.
 */
export const renderMinimal: EntryRenderer = ({ program, results }, _index, { showExpected }) => {
  const runs = results.map((result) => {
    const { heading, start, end, depth, isCut, expected } = toldCall(result);
    const { stdin, returned } = result;
    const steps = replayTrace(program, result.trace).slice(start, end);
    const last =
      steps.findLast(({ event }) => event.depth === depth && event.event === 'line') ??
      steps.findLast(({ event }) => event.depth === depth);
    const isKnown = last && !isCut && (depth === 2 || stdin !== undefined);
    const state = isKnown
      ? `${dict(last.locals, 'value')} , ${dict(last.locals, 'type')}`
      : `(${failureName(result) ?? 'no state'})`;
    const printed = stdin === undefined || returned === undefined ? '' : `\nPrinted: ${returned}`;
    const asked = showExpected && expected !== undefined ? `\nExpected: ${expected}` : '';
    return `# Invocation:\n${heading}\n${state}${printed}${asked}\n`;
  });
  return [`# Function:\n${program.trim()}\n`, ...runs].join('\n');
};
