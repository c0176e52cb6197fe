import {
  type AgentEvent,
  bestOfN,
  embeddedModel,
  grid,
  type LlamaEngine,
  type ProgramRunner,
  race,
  type SolveOptions,
  solve,
  type Task,
} from '../../../src/index.ts';

export interface Setting {
  readonly engine: LlamaEngine;
  readonly runner: ProgramRunner;
  readonly tasks: readonly Task[];
  /** Whole numbers from 0 to 2^32 - 1. */
  readonly draw: () => number;
}

interface Setup extends Pick<Setting, 'engine' | 'runner'> {
  readonly signal?: AbortSignal;
  readonly resume?: readonly AgentEvent[];
}

/** How a job ended: a run's own reason, or `aborted`. */
export type Ending = string;

const abortReason = new Error('aborted by the soak');
const strengths = [0, 0.5, 1, 1.5, 3];

/** Draws a job and starts it. Rejects where it ends in a way that it should not. */
export async function startJob(setting: Setting): Promise<Ending> {
  const { engine, runner, tasks, draw } = setting;
  const task = pick(tasks, draw);
  const options = drawOptions(draw);
  const aborts = draw() % 4 === 0;
  const controller = new AbortController();
  const abort = () => controller.abort(abortReason);
  // By the clock, which may strike in any step of the native code, or at an event.
  const timer = aborts && draw() % 2 === 0 ? setTimeout(abort, draw() % 400) : undefined;
  const events = aborts && !timer ? draw() % 80 : Infinity;
  const budget = drawBudget(draw);
  const seed = draw();
  const kinds = {
    run: (setup: Setup) => solve(task, { ...setup, ...options, budget }),
    race: (setup: Setup) =>
      race(task, { ...setup, agents: grid({ guidanceStrength: [0, 0.5, 1.5] }, options), concurrency: 2 }),
    samples: (setup: Setup) => bestOfN(task, { ...setup, ...embeddedModel.options, samples: 4, seed }),
  };
  const start = kinds[pick(['run', 'run', 'run', 'race', 'samples'] as const, draw)];
  const resumes = draw() % 2 === 0;
  const seen: AgentEvent[] = [];
  const underway = start({ engine, runner, signal: controller.signal });
  try {
    for await (const event of underway) if (seen.push(event as AgentEvent) > events) abort();
    return (await underway).endedBy;
  } catch (reason) {
    if (reason !== abortReason) throw reason;
    if (!resumes) return 'aborted';
    const { endedBy } = await start({ engine, runner, resume: seen });
    return `aborted, resumed, ${endedBy}`;
  } finally {
    clearTimeout(timer);
  }
}

function drawOptions(draw: () => number): SolveOptions {
  return {
    ...embeddedModel.options,
    guidanceStrength: pick(strengths, draw),
    candidates: 1 + (draw() % 4),
    horizonLines: 1 + (draw() % 3),
    speculation: draw() % 2 === 0,
    rollOver: pick(['off', 'passed', 'refresh'] as const, draw),
    stopOnPass: draw() % 2 === 0,
    finalTemperature: pick([0, 0, 0.8], draw),
    seed: draw(),
  };
}

/** Every second one ends early. */
function drawBudget(draw: () => number): SolveOptions['budget'] {
  return pick(
    [
      {},
      {},
      {},
      {},
      { newTokens: 1 + (draw() % 30) },
      { modelTokens: 1 + (draw() % 800) },
      { wallClockMs: 1 + (draw() % 500) },
      { executions: 1 + (draw() % 10) },
    ],
    draw,
  );
}

function pick<T>(values: readonly T[], draw: () => number): T {
  return values[draw() % values.length]!;
}
