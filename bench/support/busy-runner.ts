import type { ProgramRunner } from '../../src/index.ts';

/** A runner that tells for how long it was at work on anything. */
export class BusyRunner implements ProgramRunner {
  readonly name: string;
  busyMs = 0;
  readonly #runner: ProgramRunner;
  #atWork = 0;
  #sinceMs = 0;

  constructor(runner: ProgramRunner) {
    this.name = runner.name;
    this.#runner = runner;
  }

  parse(...request: Parameters<ProgramRunner['parse']>): ReturnType<ProgramRunner['parse']> {
    return this.#timed(() => this.#runner.parse(...request));
  }

  run(...request: Parameters<ProgramRunner['run']>): ReturnType<ProgramRunner['run']> {
    return this.#timed(() => this.#runner.run(...request));
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    if (this.#atWork++ === 0) this.#sinceMs = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#atWork === 0) this.busyMs += performance.now() - this.#sinceMs;
    }
  }
}
