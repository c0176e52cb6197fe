import { type Run, type SolveSetup, solve } from '../controller/solve.ts';
import type { TaskInput } from '../task/task.ts';

/** One plain run, the likeliest token each time: what the model does without any of this. */
export function greedy(task: TaskInput, setup: SolveSetup): Run {
  return solve(task, { ...setup, guidanceStrength: 0, finalTemperature: 0 });
}
