import type { EventBody, RunEvent } from '../events.ts';

/** Stamps events and keeps them all, so that every reader sees the run from its start. */
export class EventLog {
  readonly events: RunEvent[] = [];
  readonly #startedMs = performance.now();
  #wake: (() => void)[] = [];
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;

  emit(body: EventBody): void {
    const elapsedMs = Math.round((performance.now() - this.#startedMs) * 1000) / 1000;
    this.events.push({ ...body, seq: this.events.length, elapsedMs } as RunEvent);
    this.#wakeAll();
  }

  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  fail(reason: unknown): void {
    this.#failure = { reason };
    this.end();
  }

  async *read(): AsyncGenerator<RunEvent, void, undefined> {
    for (let next = 0; ; ) {
      while (next < this.events.length) yield this.events[next++]!;
      if (this.#failure) throw this.#failure.reason;
      if (this.#ended) return;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}
