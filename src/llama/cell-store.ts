import type { NativeContext } from './addon.ts';

/**
 * The cells of a context. A context can do one thing at a time, so what is asked while a step runs waits, in
 * order, until it has ended.
 */
export class CellStore {
  readonly #context: NativeContext;
  readonly #waiting: (() => void)[] = [];
  #stepping = false;

  constructor(context: NativeContext) {
    this.#context = context;
  }

  share(from: number, to: number, begin: number, end: number): void {
    if (begin < end) this.#whenIdle(() => this.#context.shareCells(from, to, begin, end));
  }

  remove(sequence: number, begin: number): void {
    this.#whenIdle(() => this.#context.removeCells(sequence, begin));
  }

  /** Runs a step; what comes meanwhile waits for its end. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    this.#stepping = true;
    try {
      return await step();
    } finally {
      this.#stepping = false;
      for (const operation of this.#waiting.splice(0)) operation();
    }
  }

  #whenIdle(operation: () => void): void {
    if (this.#stepping) this.#waiting.push(operation);
    else operation();
  }
}
