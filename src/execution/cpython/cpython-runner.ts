import { platform } from 'node:os';
import { TracewiseError } from '../../errors.ts';
import type {
  ExecutionReport,
  ExecutionRequest,
  ParsedProgram,
  ProgramRunner,
} from '../../program-runner.ts';
import { checkRequest } from '../check-request.ts';
import { readParsed } from '../read-parsed.ts';
import type { ResolvedRunnerOptions } from '../runner-options.ts';
import { tellIo } from '../tell-io.ts';
import { checkLayers } from './check-layers.ts';
import { readRun } from './read-run.ts';
import { ServerPool } from './server-pool.ts';

// The server ends programs itself; this is for a server that hangs.
const graceMs = 10_000;

/** Runs programs in forks of the host's own Python. Linux only. */
export class CpythonRunner implements ProgramRunner {
  readonly name: string;
  readonly #pool: ServerPool;
  readonly #options: ResolvedRunnerOptions;

  private constructor(pool: ServerPool, options: ResolvedRunnerOptions, version: string) {
    this.#pool = pool;
    this.#options = options;
    this.name = `cpython ${version}`;
  }

  /** Throws a TracewiseError (ERR_SANDBOX) where a layer of the sandbox is missing. */
  static async start(options: ResolvedRunnerOptions): Promise<CpythonRunner> {
    if (platform() !== 'linux') {
      throw new TracewiseError(
        'ERR_SANDBOX',
        `Expected Linux for \`backend: 'cpython'\` but this is ${platform()}; use 'pyodide'`,
      );
    }
    const pool = new ServerPool(options);
    try {
      const state = await pool.lend((server) => server.state);
      checkLayers(state);
      pool.warm();
      return new CpythonRunner(pool, options, state.python);
    } catch (error) {
      pool.dispose();
      if (TracewiseError.isInstance(error) && error.code === 'ERR_SANDBOX') throw error;
      throw new TracewiseError(
        'ERR_SANDBOX',
        `Expected to start ${options.python} but it failed: ${(error as Error).message}; check \`python\``,
        { cause: error },
      );
    }
  }

  async parse(
    attempts: readonly (readonly string[])[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<(ParsedProgram | undefined)[]> {
    const timeoutMs = this.#options.parseTimeoutMs;
    if (attempts.length === 0) return [];
    const message = { op: 'parse', lists: attempts, timeoutMs };
    const parsed = await this.#ask(message, attempts.length * timeoutMs, signal);
    return (parsed as unknown[]).map(readParsed);
  }

  async run(request: ExecutionRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ExecutionReport> {
    const checked = checkRequest(request, this.#options.limits);
    const { limits, program, tests } = checked;
    if (tests.length === 0) return { program, results: [] };
    const runs = await this.#ask({ op: 'run', request: checked }, tests.length * limits.timeoutMs, signal);
    const results = (runs as unknown[]).map((run, i) => {
      return tellIo(readRun(run, tests[i]!, limits), tests[i]!, limits.valueChars);
    });
    return { program, results };
  }

  /** A server that dies is replaced, and what it was asked is asked once more: a run depends on nothing but its request. */
  async #ask(message: object, expectedMs: number, signal?: AbortSignal): Promise<unknown> {
    const ask = () =>
      this.#pool.lend(async (server) => {
        await server.state;
        return server.request(message, expectedMs + graceMs);
      }, signal);
    try {
      return await ask();
    } catch (error) {
      if (TracewiseError.isInstance(error) && error.code === 'ERR_RUNNER') return ask();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    this.#pool.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
