import type { TestResult } from '../program-runner.ts';
import type { EntryStyle } from './signal-entry.ts';
import type { ToldCall } from './told-call.ts';

/** Of a trace's steps the first and the last ones, with a word on those between them and on those that are not known. */
export function keptSteps(
  steps: readonly string[],
  { outcome }: TestResult,
  { isCut }: ToldCall,
  { maxSteps }: EntryStyle,
): string[] {
  const max = outcome === 'passed' ? maxSteps : 2 * maxSteps;
  const omitted = steps.length - max;
  const head = Math.ceil(max / 2);
  const kept =
    omitted > 0
      ? [...steps.slice(0, head), `(${omitted} steps left out)`, ...steps.slice(head + omitted)]
      : [...steps];
  return isCut ? [...kept, '(the trace ends here; the run went on)'] : kept;
}
