import type { ResolvedOptions } from '../options.ts';
import type { ProgramRunner, TestResult } from '../program-runner.ts';
import type { Task } from '../task/task.ts';

/** Runs of programs on the visible tests, each program once in a run's lifetime. */
export class Evidence {
  readonly #runner: ProgramRunner;
  readonly #task: Task;
  readonly #limits: ResolvedOptions['limits'];
  readonly #known = new Map<string, readonly TestResult[]>();
  /** Runs of one program on one test so far. */
  executions = 0;

  constructor(runner: ProgramRunner, task: Task, { limits }: Pick<ResolvedOptions, 'limits'>) {
    this.#runner = runner;
    this.#task = task;
    this.#limits = limits;
  }

  /** Takes over what an earlier part of the run has found out. */
  know(program: string, results: readonly TestResult[]): void {
    this.#known.set(program, results);
  }

  has(program: string): boolean {
    return this.#known.has(program);
  }

  /** Traced, from the store where the program is known. */
  async trace(program: string, signal: AbortSignal): Promise<readonly TestResult[]> {
    const known = this.#known.get(program);
    if (known) return known;
    const results = await this.#run(program, true, signal);
    this.#known.set(program, results);
    return results;
  }

  /** Untraced: for the final program. */
  judge(program: string, signal: AbortSignal): Promise<readonly TestResult[]> {
    return this.#run(program, false, signal);
  }

  async #run(program: string, trace: boolean, signal: AbortSignal): Promise<readonly TestResult[]> {
    const { tests, entryPoint, setupCode } = this.#task;
    this.executions += tests.length;
    const report = await this.#runner.run(
      { program, entryPoint, setupCode, tests, trace, limits: this.#limits },
      { signal },
    );
    return report.results;
  }
}

/** Whether every test passed. */
export function passesAll(results: readonly TestResult[]): boolean {
  return results.length > 0 && results.every(({ outcome }) => outcome === 'passed');
}
