import type { RunEvent } from '../events.ts';
import { mustBeOneRun } from './fold-run.ts';

/** Where the time of a run went. */
export const phases = [
  'prefill',
  'candidates',
  'executing',
  'rendering',
  'guided',
  'plain',
  'other',
] as const;
export type Phase = (typeof phases)[number];

export interface RunProfile {
  /** From the run's start to its end; the phases add up to it. */
  readonly elapsedMs: number;
  /**
   * In ms. `prefill`: to the first token after the prompt, and after each new signal, those tokens included;
   * `candidates`: sampling and parsing them; `executing`: running them, and the final check; `rendering`: the signal;
   * `guided`, `plain`: the answer's other tokens. Waiting for other runs of the same engine counts where it happens.
   */
  readonly phaseMs: Readonly<Record<Phase, number>>;
  /** Rows (tokens of any sequence) put through the model. */
  readonly rows: number;
  /** Tokens of the answer. */
  readonly newTokens: number;
  /** Tokens that shared cells spared. */
  readonly cachedTokens: number;
}

/** Where a run's time went, by its events alone: each stretch belongs to what the event at its end tells of. */
export function profileRun(events: readonly RunEvent[]): RunProfile {
  const end = events.at(-1);
  if (events[0]?.type !== 'run-start' || end?.type !== 'run-end')
    throw new TypeError('Expected the events of a whole run, `run-start` to `run-end`');
  mustBeOneRun(events);
  const phaseMs = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>;
  let last = 0;
  let unread = true;
  for (const event of events) {
    phaseMs[phaseOf(event, unread)] += event.elapsedMs - last;
    last = event.elapsedMs;
    if (event.type === 'signal-set' && event.text !== '') unread = true;
    else if (event.type === 'token') unread = false;
  }
  const { rows, newTokens, cachedTokens } = end.counters;
  return { elapsedMs: end.elapsedMs, phaseMs, rows, newTokens, cachedTokens };
}

/** `unread`: the prompt or the signal was not read by any token yet. */
function phaseOf(event: RunEvent, unread: boolean): Phase {
  switch (event.type) {
    case 'token':
      if (unread) return 'prefill';
      return event.guided ? 'guided' : 'plain';
    case 'candidate-end':
      return 'candidates';
    case 'execution-end':
    case 'run-end':
      return 'executing';
    case 'signal-set':
      return 'rendering';
    default:
      return 'other';
  }
}
