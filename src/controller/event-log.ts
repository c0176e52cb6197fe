import type { EventBody, RunEvent } from '../events.ts';
import { EventStream } from './event-stream.ts';

/** Stamps a run's events with their number and time; those of a recorded run come first, and its time is added. */
export class EventLog extends EventStream<RunEvent> {
  readonly #startedMs: number;

  constructor(recorded: readonly RunEvent[] = []) {
    super();
    for (const event of recorded) this.push(event);
    this.#startedMs = performance.now() - this.elapsedMs;
  }

  /** Of the last event. */
  get elapsedMs(): number {
    return this.events.at(-1)?.elapsedMs ?? 0;
  }

  emit(body: EventBody): void {
    const elapsedMs = Math.round((performance.now() - this.#startedMs) * 1000) / 1000;
    this.push({ ...body, seq: this.events.length, elapsedMs } as RunEvent);
  }
}
