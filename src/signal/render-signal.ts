import type { SignalForm } from '../option-names.ts';
import { renderCompact } from './render-compact.ts';
import { hasContinuation, renderFinal } from './render-final.ts';
import { renderFull } from './render-full.ts';
import { renderMinimal } from './render-minimal.ts';
import { type EntryRenderer, type EntryStyle, isUnfinished, type SignalEntry } from './signal-entry.ts';

export interface SignalOptions extends Omit<EntryStyle, 'maxSteps'> {
  readonly form: SignalForm;
  /** Keep runs that timed out, ran out of memory or were killed. */
  readonly showUnfinished: boolean;
  /** Cap in tokens; Infinity: none. */
  readonly maxTokens: number;
  readonly countTokens: (text: string) => number;
}

export interface Signal {
  /** The block, ending in a newline; '' where there is nothing to show. */
  readonly text: string;
  readonly tokens: number;
  readonly entries: number;
  /** Something was cut to fit `maxTokens`; the text says so itself. */
  readonly cut: boolean;
}

const forms: Record<SignalForm, { readonly renderer: EntryRenderer; readonly heading: string }> = {
  full: { renderer: renderFull, heading: plainHeading() },
  minimal: { renderer: renderMinimal, heading: plainHeading() },
  compact: { renderer: renderCompact, heading: plainHeading() },
  final: { renderer: renderFinal, heading: '### Signal:\n' },
};

function plainHeading(): string {
  return [
    '### Trial runs',
    'Possible ways to go on with the answer, run on the calls of the tests. They may be unfinished and they may',
    'be wrong: what they did when they ran is evidence for what to write next.',
    '',
    '',
  ].join('\n');
}

const noSignal: Signal = { text: '', tokens: 0, entries: 0, cut: false };
const fewestSteps = 2;

/**
 * Writes the traces of a line's candidates as the text that conditions the next line. Entries keep the
 * order given. Over the cap, first the traces lose their middle steps, then the last programs go.
 */
export function renderSignal(programs: readonly SignalEntry[], options: SignalOptions): Signal {
  const finished = options.showUnfinished
    ? programs
    : programs.map(withoutUnfinished).filter(({ results }) => results.length > 0);
  const shown =
    options.form === 'final'
      ? finished.filter((entry) => hasContinuation(entry, options.codeSoFar))
      : finished;
  if (shown.length === 0) return noSignal;
  const block = (entries: number, maxSteps: number): Signal => {
    const left = shown.length - entries;
    const cut = left > 0 || maxSteps < Infinity;
    const { renderer, heading } = forms[options.form];
    const body = shown.slice(0, entries).map((entry, i) => renderer(entry, i, { ...options, maxSteps }));
    const note = left > 0 ? `(${left} more left out)\n` : '';
    const text = `${heading}${body.join(separator(options.form))}${note}`;
    return { text, tokens: options.countTokens(text), entries, cut };
  };
  const whole = block(shown.length, Infinity);
  if (whole.tokens <= options.maxTokens) return whole;
  for (let entries = shown.length; entries > 0; entries--) {
    const least = block(entries, fewestSteps);
    if (least.tokens <= options.maxTokens)
      return mostSteps((steps) => block(entries, steps), least, longestTrace(shown), options.maxTokens);
  }
  return { ...noSignal, cut: true };
}

function separator(form: SignalForm): string {
  return form === 'final' ? '' : '\n';
}

function withoutUnfinished({ program, results }: SignalEntry): SignalEntry {
  return { program, results: results.filter((result) => !isUnfinished(result)) };
}

function longestTrace(entries: readonly SignalEntry[]): number {
  return Math.max(...entries.flatMap(({ results }) => results.map(({ trace }) => trace.length)), fewestSteps);
}

/** The most steps a trace may keep within the cap, by bisection: more steps never make the text shorter by much. */
function mostSteps(
  render: (steps: number) => Signal,
  least: Signal,
  longest: number,
  maxTokens: number,
): Signal {
  let best = least;
  let low = fewestSteps;
  let high = longest;
  while (low < high) {
    const steps = Math.ceil((low + high) / 2);
    const signal = render(steps);
    if (signal.tokens <= maxTokens) {
      best = signal;
      low = steps;
    } else high = steps - 1;
  }
  return best;
}
