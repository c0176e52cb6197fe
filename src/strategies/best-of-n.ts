import { type Race, race } from '../agents/race.ts';
import type { TaskInput } from '../task/task.ts';
import { plainSamples, type SamplingSetup } from './sampling.ts';

/**
 * Samples plain programs until one passes the visible tests, or all are drawn, or the budget is spent: the rival
 * that guidance has to beat at the same budget. Where none passes: most visible tests, ties: one that no
 * budget cut off, then the one drawn first.
 */
export function bestOfN(task: TaskInput, setup: SamplingSetup): Race {
  return race(task, plainSamples(setup));
}
