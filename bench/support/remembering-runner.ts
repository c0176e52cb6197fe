import type { ExecutionReport, ParsedProgram, ProgramRunner } from '../../src/index.ts';

/**
 * A runner that asks another one once for what it is asked again: arms that differ in one option write and run
 * many of the same programs. Runs are deterministic but for time-outs, and a run's counters count every request.
 */
export class RememberingRunner implements ProgramRunner {
  readonly name: string;
  readonly #runner: ProgramRunner;
  readonly #reports = new Map<string, Promise<ExecutionReport>>();
  readonly #parsed = new Map<string, ParsedProgram | undefined>();

  constructor(runner: ProgramRunner) {
    this.name = runner.name;
    this.#runner = runner;
  }

  async parse(attempts: readonly (readonly string[])[]): Promise<(ParsedProgram | undefined)[]> {
    const keys = attempts.map((texts) => JSON.stringify(texts));
    const unknown = attempts.filter((_, i) => !this.#parsed.has(keys[i]!));
    const parsed = unknown.length > 0 ? await this.#runner.parse(unknown) : [];
    for (const [i, texts] of unknown.entries()) this.#parsed.set(JSON.stringify(texts), parsed[i]);
    return keys.map((key) => this.#parsed.get(key));
  }

  run(request: Parameters<ProgramRunner['run']>[0]): Promise<ExecutionReport> {
    const key = JSON.stringify(request);
    const report = this.#reports.get(key) ?? this.#runner.run(request);
    this.#reports.set(key, report);
    return report;
  }

  /** Between tasks, which have no program in common. */
  forget(): void {
    this.#reports.clear();
    this.#parsed.clear();
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }
}
