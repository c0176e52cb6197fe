import type { ProgramRunner } from '../program-runner.ts';
import { CpythonRunner } from './cpython/cpython-runner.ts';
import { PyodideRunner } from './pyodide-runner.ts';
import { type RunnerOptions, resolveRunnerOptions } from './runner-options.ts';

/**
 * Starts a place where untrusted programs run. Resolves when its first interpreter is locked and has proved it.
 * Throws a TracewiseError: ERR_OPTIONS; ERR_SANDBOX where a layer of the isolation does not hold.
 */
export async function createRunner(options: RunnerOptions = {}): Promise<ProgramRunner & AsyncDisposable> {
  const resolved = resolveRunnerOptions(options);
  return resolved.backend === 'cpython' ? CpythonRunner.start(resolved) : PyodideRunner.start(resolved);
}
