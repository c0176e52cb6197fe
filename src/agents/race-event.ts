import type { RunEvent } from '../events.ts';

/** An event of one agent's run, or the race's end. */
export type RaceEvent = AgentEvent | RaceEnd;

/** `seq` and `elapsedMs` count in the agent's run. */
export type AgentEvent = RunEvent & {
  /** Index of the agent. */
  readonly agent: number;
};

/** The last event: whose program it is. */
export interface RaceEnd {
  readonly type: 'race-end';
  readonly agent?: undefined;
  /** Index of the agent whose result is the race's. */
  readonly chosen: number;
  /** All there were, those that were not started too. */
  readonly agents: number;
  /** Rows of the prompt that was read for all. */
  readonly sharedRows: number;
  /** Since the race began. */
  readonly elapsedMs: number;
}

/** The agent whose run it is of; undefined for one of a run alone, and for a race's end. */
export function agentOf(event: RunEvent | RaceEvent): number | undefined {
  return 'agent' in event ? event.agent : undefined;
}

/** Those of one agent's run. */
export function eventsOf(events: readonly RaceEvent[], agent: number): AgentEvent[] {
  return events.filter((event): event is AgentEvent => event.agent === agent);
}
