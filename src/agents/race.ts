import { checkTests } from '../controller/check-tests.ts';
import { type CombinedResult, combineRuns } from '../controller/combine-runs.ts';
import { EventStream } from '../controller/event-stream.ts';
import type { RunResult } from '../controller/fold-run.ts';
import { mustHave } from '../controller/must-have.ts';
import { startWork, type Underway } from '../controller/underway.ts';
import { parseTask, type TaskInput } from '../task/task.ts';
import { Agents, type AgentsSetup } from './agents.ts';
import type { RaceEvent } from './race-event.ts';
import { lineUp, type RaceSetup } from './race-setup.ts';

/** A race under way: iterate it for the events of all agents, await it for its result. */
export type Race = Underway<CombinedResult, RaceEvent>;

/** How several runs on one task come to one result. */
export interface Finish {
  /** The first program that passes the visible tests ends all of it, and is the result. */
  readonly endsAtPass: boolean;
  /** Otherwise: the index of the run to take, of those that were started. */
  readonly choose: (runs: readonly (RunResult | undefined)[]) => number;
}

/**
 * Lets agents that differ in their options loose on one task, over one model and one runner: the first program
 * that passes the visible tests wins and ends the others (arXiv 2506.10948 races over γ, temperature, horizon
 * and prompt; hidden tests have no say here). Where none passes, the result is that of most visible tests, ties: one that
 * no budget cut off, then the agent named first. While one agent's programs run, others decode; all share the prompt's cells.
 *
 * Throws as `solve` does. The others' runs end in order (`outrun`), so that the result tells what each has cost; nobody
 * waits for a verdict on them.
 */
export function race(taskInput: TaskInput, setup: RaceSetup): Race {
  return runAgents(taskInput, setup, { endsAtPass: true, choose: mostPassed });
}

/** A race with another finish. */
export function runAgents(taskInput: TaskInput, setup: RaceSetup, { endsAtPass, choose }: Finish): Race {
  mustHave(setup, 'engine', 'runner');
  const { engine, runner, signal, resume = [], ...options } = setup;
  const task = parseTask(taskInput);
  const lineup = lineUp(engine, options);
  const events = new EventStream<RaceEvent>();
  const onEvent = events.push.bind(events);
  const startedMs = performance.now();
  const work = async (signals: Pick<AgentsSetup, 'signal' | 'abortSignal'>): Promise<CombinedResult> => {
    await checkTests(task, runner, signals.abortSignal);
    const agents = new Agents({ task, engine, runner, ...signals, lineup, endsAtPass, resume, onEvent });
    await agents.run();
    const { runs, winner, sharedRows } = agents;
    const chosen = winner ?? choose(runs);
    const elapsedMs = performance.now() - startedMs;
    onEvent({ type: 'race-end', chosen, agents: runs.length, sharedRows, elapsedMs });
    return combineRuns(runs, chosen, { sharedRows, elapsedMs });
  };
  return startWork(work, events, { signal, wallClockMs: lineup.budget.wallClockMs });
}

function mostPassed(runs: readonly (RunResult | undefined)[]): number {
  const ranks = runs.map((run) => {
    if (!run) return -1;
    return run.testsPassed + (run.endedBy === 'end-of-code' ? 0.5 : 0);
  });
  return ranks.indexOf(Math.max(...ranks));
}
