/** Events that are kept, so that every reader sees them all from the first. */
export class EventStream<Event> {
  readonly events: Event[] = [];
  #wake: (() => void)[] = [];
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;

  push(event: Event): void {
    this.events.push(event);
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

  async *read(): AsyncGenerator<Event, void, undefined> {
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
