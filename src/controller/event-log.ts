import type { EventBody, RunEvent } from '../events.ts';
import { EventStream } from './event-stream.ts';

/** Stamps a run's events with their number and time. */
export class EventLog extends EventStream<RunEvent> {
  readonly #startedMs = performance.now();

  emit(body: EventBody): void {
    const elapsedMs = Math.round((performance.now() - this.#startedMs) * 1000) / 1000;
    this.push({ ...body, seq: this.events.length, elapsedMs } as RunEvent);
  }
}
