import {
  bestOfN,
  embeddedModel,
  majorityVote,
  type RunCounters,
  race,
  type SignalEntry,
  solve,
  type Task,
  type TokenModel,
} from '../../../src/index.ts';
import type { RememberingRunner } from '../remembering-runner.ts';
import { ablate, type Refreshes } from './ablate.ts';
import { type Arm, type RunArm, signalledRun } from './arms.ts';

/** What an arm came to, by the visible tests. */
export interface Outcome extends Pick<RunCounters, 'newTokens' | 'rows' | 'executions'> {
  readonly arm: string;
  readonly program: string;
  /** All visible tests pass. */
  readonly passed: boolean;
}

/** Drafts change no token, but those refused are rows: without them, rows are what the method takes. */
export const common = { ...embeddedModel.options, speculation: false } as const;

/** Runs arms on tasks; all arms of a task draw from the same seed. */
export class Lab {
  readonly #engine: TokenModel;
  readonly #runner: RememberingRunner;
  readonly #tasks: readonly Task[];
  readonly #seed: number;
  /** The evidence of plainly signalled runs, by task. */
  readonly #seen = new Map<Task, Refreshes>();

  constructor(engine: TokenModel, runner: RememberingRunner, tasks: readonly Task[], seed: number) {
    this.#engine = engine;
    this.#runner = runner;
    this.#tasks = tasks;
    this.#seed = seed;
  }

  /** One outcome, and one more of an arm that stops where this one goes on. */
  async run(arm: Arm, task: Task): Promise<Outcome[]> {
    if (arm.kind === 'run') return this.#solve(arm, task);
    const shared = {
      engine: this.#engine,
      runner: this.#runner,
      concurrency: 1,
      budget: { modelTokens: arm.budgetRows },
    };
    if (arm.kind === 'race') {
      const agents = arm.agents.map(({ seed = 0, ...agent }) => {
        return { ...common, ...agent, seed: this.#seed + seed };
      });
      return [outcomeOf(arm.name, await race(task, { ...shared, agents }))];
    }
    const { samples, temperature } = arm;
    const setup = { ...shared, ...common, samples, temperature, seed: this.#seed };
    const sampling = arm.kind === 'best-of-n' ? bestOfN(task, setup) : majorityVote(task, setup);
    return [outcomeOf(arm.name, await sampling)];
  }

  async #solve(arm: RunArm, task: Task): Promise<Outcome[]> {
    const donor = arm.ablation === 'other-task' ? await this.#evidenceBefore(task) : [];
    const seen: (readonly SignalEntry[])[] = [];
    let stopped: Outcome | undefined;
    const run = solve(task, {
      engine: this.#engine,
      runner: this.#runner,
      ...common,
      ...arm.options,
      seed: this.#seed,
      rewriteSignal: (entries, refresh) => {
        seen.push(entries);
        const passed = entries.find(({ results }) => results.every(({ outcome }) => outcome === 'passed'));
        if (arm.stopped && passed)
          stopped ??= outcomeOf(arm.stopped, { ...run.counters!, program: passed.program, solved: true });
        return arm.ablation ? ablate(arm.ablation, entries, refresh, donor) : entries;
      },
    });
    const written = outcomeOf(arm.name, await run);
    if (arm.name === signalledRun.name) this.#seen.set(task, seen);
    return arm.stopped ? [written, stopped ?? { ...written, arm: arm.stopped }] : [written];
  }

  /** Of the task before, which has just been run unless its samples were stored earlier. */
  async #evidenceBefore(task: Task): Promise<Refreshes> {
    const other = this.#tasks.at(this.#tasks.indexOf(task) - 1)!;
    if (!this.#seen.has(other)) await this.#solve(signalledRun, other);
    return this.#seen.get(other)!;
  }
}

function outcomeOf(
  arm: string,
  result: Pick<RunCounters, 'newTokens' | 'rows' | 'executions'> & { program: string; solved: boolean },
): Outcome {
  const { program, solved, newTokens, rows, executions } = result;
  return { arm, program, passed: solved, newTokens, rows, executions };
}
