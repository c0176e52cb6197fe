import type { RunEvent } from '../events.ts';

/** An event of one agent's run; `seq` and `elapsedMs` count in that run. */
export type RaceEvent = RunEvent & {
  /** Index of the agent. */
  readonly agent: number;
};
