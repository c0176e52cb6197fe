import type { RunResult } from '../controller/fold-run.ts';
import { type HeldPrompt, holdPrompt } from '../controller/hold-prompt.ts';
import { RunStopped } from '../controller/run-stopped.ts';
import { type Run, startRun } from '../controller/solve.ts';
import type { Task } from '../task/task.ts';
import { eventsOf, type RaceEvent } from './race-event.ts';
import type { Lineup, RaceSetup } from './race-setup.ts';

export interface AgentsSetup extends Pick<RaceSetup, 'engine' | 'runner'> {
  readonly resume: readonly RaceEvent[];
  readonly task: Task;
  readonly lineup: Lineup;
  readonly endsAtPass: boolean;
  /** Aborts to end the race, in order or for good; `abortSignal`: for good, also after the other. */
  readonly signal: AbortSignal;
  readonly abortSignal: AbortSignal;
  readonly onEvent: (event: RaceEvent) => void;
}

/** The agents of a race: starts them in their order, some at a time, and stops those that cannot win any more. */
export class Agents {
  /** By agent; undefined: not started. */
  readonly runs: (RunResult | undefined)[];
  /** The agent whose program passed first. */
  winner: number | undefined;
  readonly #setup: AgentsSetup;
  readonly #working = new Map<number, Run>();
  #next = 0;
  #prompt: HeldPrompt | undefined;

  constructor(setup: AgentsSetup) {
    this.#setup = setup;
    this.runs = setup.lineup.agents.map(() => undefined);
  }

  /** Rows of the prompt that is held for all. */
  get sharedRows(): number {
    return this.#prompt?.rows ?? 0;
  }

  /** Resolves when no agent is at work any more; rejects with the first failure. */
  async run(): Promise<void> {
    const { abortSignal, lineup } = this.#setup;
    const { concurrency, hasSpare } = lineup;
    const abort = () => {
      for (const run of this.#working.values()) run.abort(abortSignal.reason);
    };
    abortSignal.addEventListener('abort', abort, { once: true });
    try {
      if (hasSpare) this.#prompt = await this.#holdPrompt();
      const lanes = await Promise.allSettled(Array.from({ length: concurrency }, () => this.#lane()));
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    } finally {
      this.#prompt?.dispose();
    }
  }

  /** An abort in order leaves it to the first agent to say what became of the race. */
  async #holdPrompt(): Promise<HeldPrompt | undefined> {
    const { task, engine: model, lineup, signal } = this.#setup;
    const holding = holdPrompt({ task, options: lineup.agents[0]!, model, signal });
    return holding.catch((reason: unknown) => {
      if (reason instanceof RunStopped) return undefined;
      throw reason;
    });
  }

  /** One agent after another, for as long as there is a reason to start one. */
  async #lane(): Promise<void> {
    try {
      while (this.#next < this.runs.length && (this.#next === 0 || this.#mayStart())) {
        await this.#work(this.#next++);
      }
    } catch (reason) {
      for (const run of this.#working.values()) run.abort(reason);
      this.#next = this.runs.length;
      throw reason;
    }
  }

  #mayStart(): boolean {
    return this.winner === undefined && !this.#setup.signal.aborted && this.#rowsLeft() > 0;
  }

  async #work(agent: number): Promise<void> {
    const { task, engine, runner, lineup, signal, onEvent } = this.#setup;
    const resume = eventsOf(this.#setup.resume, agent);
    const setup = { ...lineup.agents[agent], engine, runner, signal, resume };
    const run = startRun(task, setup, { rowsLeft: () => this.#rowsLeft() });
    this.#working.set(agent, run);
    try {
      for await (const event of run) {
        onEvent({ ...event, agent });
        // What others have asked for and not got yet is let go; a lone agent ends at the same token every time.
        if (lineup.concurrency > 1 && this.#rowsLeft() <= 0) this.#stop(0, 'model-tokens');
      }
      const result = await run;
      this.runs[agent] = result;
      if (result.solved && result.endedBy !== 'outrun') this.#pass(agent);
    } finally {
      this.#working.delete(agent);
    }
  }

  #rowsLeft(): number {
    const { modelTokens } = this.#setup.lineup.budget;
    if (modelTokens === undefined) return Infinity;
    let spent = this.sharedRows;
    for (const run of this.runs) spent += run?.rows ?? 0;
    for (const run of this.#working.values()) spent += run.counters?.rows ?? 0;
    return modelTokens - spent;
  }

  #pass(agent: number): void {
    if (!this.#setup.endsAtPass) return;
    const waits = this.#setup.lineup.winner === 'foremost';
    this.winner = waits ? Math.min(this.winner ?? agent, agent) : (this.winner ?? agent);
    this.#stop(waits ? this.winner + 1 : 0, 'outrun');
  }

  /** Ends, in order, the agents from `first` on that are still at work. */
  #stop(first: number, endedBy: 'outrun' | 'model-tokens'): void {
    for (const [agent, run] of this.#working) if (agent >= first) run.abort(new RunStopped(endedBy));
  }
}
