import type { Piscina } from 'piscina';
import { TracewiseError } from '../errors.ts';
import type {
  ExecutionReport,
  ExecutionRequest,
  ParsedProgram,
  ProgramRunner,
  TestResult,
} from '../program-runner.ts';
import { type CheckedRequest, checkRequest } from './check-request.ts';
import { type LostRun, lostResult } from './lost-result.ts';
import { pinnedPyodide } from './pyodide-pin.ts';
import { checkLocked, openWorker, startPool, warmPool } from './pyodide-pool.ts';
import { readParsed } from './read-parsed.ts';
import { readResult } from './read-result.ts';
import type { ResolvedRunnerOptions } from './runner-options.ts';
import { SlotPool } from './slot-pool.ts';
import { tellIo } from './tell-io.ts';
import { watchSlot } from './watch-slot.ts';

const graceMs = 250;
const parseTraceBytes = 0;

type Task =
  | { op: 'run'; request: CheckedRequest }
  | { op: 'parse'; lists: readonly (readonly string[])[]; timeoutMs: number };
/** What a worker answered, or where it hung. */
type Answer<T> = { value: T } | { lostAt: number; lost: LostRun };

/** Runs programs in locked Pyodide interpreters, each worker thread with its own pair. */
export class PyodideRunner implements ProgramRunner {
  readonly name: string;
  readonly #pool: Piscina;
  readonly #options: ResolvedRunnerOptions;
  readonly #slots = new SlotPool();
  /** Ends what a worker was sent, by message. */
  readonly #sent = new Set<AbortController>();
  #disposing?: Promise<void>;

  private constructor(pool: Piscina, options: ResolvedRunnerOptions, pythonVersion: string) {
    this.#pool = pool;
    this.#options = options;
    this.name = `pyodide ${pinnedPyodide.version} (Python ${pythonVersion})`;
  }

  /** Resolves when the first worker has proved its lock. Throws a TracewiseError (ERR_SANDBOX) otherwise. */
  static async start(options: ResolvedRunnerOptions): Promise<PyodideRunner> {
    const pool = await startPool(options);
    try {
      const { version } = await openWorker(pool);
      warmPool(pool);
      return new PyodideRunner(pool, options, version);
    } catch (error) {
      await pool.destroy();
      throw error;
    }
  }

  async parse(
    attempts: readonly (readonly string[])[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<(ParsedProgram | undefined)[]> {
    const timeoutMs = this.#options.parseTimeoutMs;
    return this.#inParts(attempts, parseTraceBytes, signal, {
      task: (lists) => ({ op: 'parse', lists, timeoutMs }),
      read: readParsed,
      lost: () => undefined,
    });
  }

  async run(request: ExecutionRequest, { signal }: { signal?: AbortSignal } = {}): Promise<ExecutionReport> {
    const checked = checkRequest(request, this.#options.limits);
    const { limits } = checked;
    const results: TestResult[] = await this.#inParts(
      checked.tests,
      checked.trace ? limits.traceBytes + 64 : 0,
      signal,
      {
        task: (tests) => ({ op: 'run', request: { ...checked, tests } }),
        read: (value) => readResult(value, limits),
        lost: lostResult,
      },
    );
    const told = results.map((result, i) => tellIo(result, checked.tests[i]!, limits.valueChars));
    return { program: request.program, results: told };
  }

  /**
   * Sends items to a worker in one message. Where an item hangs or ends its worker, it is answered by `lost`,
   * and the others are sent again: a run depends on nothing but its request, so they end as before.
   */
  async #inParts<Item, Result>(
    items: readonly Item[],
    traceBytes: number,
    signal: AbortSignal | undefined,
    part: {
      task: (items: readonly Item[]) => Task;
      read: (value: unknown) => Result;
      lost: (run: LostRun) => Result;
    },
  ): Promise<Result[]> {
    signal?.throwIfAborted();
    this.#checkUsable();
    if (items.length === 0) return [];
    const answer = await this.#send<unknown[]>(part.task(items), traceBytes, signal);
    if ('value' in answer) return answer.value.map(part.read);
    const { lostAt, lost } = answer;
    const rest = await this.#inParts(
      [...items.slice(0, lostAt), ...items.slice(lostAt + 1)],
      traceBytes,
      signal,
      part,
    );
    return rest.toSpliced(lostAt, 0, part.lost(lost));
  }

  async #send<T>(task: Task, traceBytes: number, signal: AbortSignal | undefined): Promise<Answer<T>> {
    const slot = this.#slots.take(traceBytes);
    // Not AbortSignal.any: a signal that lives as long as the runner would keep something of every run (nodejs/node#54614).
    const ending = new AbortController();
    const end = () => ending.abort();
    let hung = false;
    this.#sent.add(ending);
    signal?.addEventListener('abort', end);
    const started = performance.now();
    const unwatch = watchSlot(slot, graceMs, () => {
      hung = true;
      end();
    });
    try {
      const value = await this.#pool.run({ ...task, memory: slot.memory }, { signal: ending.signal });
      this.#slots.give(slot);
      return { value: checkLocked(value) };
    } catch (error) {
      signal?.throwIfAborted();
      this.#checkUsable();
      if (TracewiseError.isInstance(error)) throw error;
      // Whatever a program did to end its thread is an outcome of that program.
      const elapsedMs = performance.now() - started;
      const lost = { hung, traceLines: slot.traceLines, elapsedMs };
      if (slot.deadline > 0) return { lostAt: slot.index, lost };
      // It ended by itself while it was being given up.
      if (lost.hung) return this.#send(task, traceBytes, signal);
      throw new TracewiseError(
        'ERR_RUNNER',
        `Expected an answer of a worker but it ended: ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      unwatch();
      signal?.removeEventListener('abort', end);
      this.#sent.delete(ending);
    }
  }

  #checkUsable(): void {
    if (this.#disposing)
      throw new TracewiseError('ERR_DISPOSED', 'Expected a runner in use but it was disposed of');
  }

  dispose(): Promise<void> {
    this.#disposing ??= (async () => {
      for (const ending of this.#sent) ending.abort();
      await this.#pool.destroy();
    })();
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}
