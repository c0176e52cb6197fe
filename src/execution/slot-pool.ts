import { Slot } from './worker/slot.mjs';

/**
 * Slots that were given back. A new one is a quarter of a megabyte of zeros and costs as much as a short run's
 * messages. Only what a worker has answered from may come back: one that was ended may still write.
 */
export class SlotPool {
  #free: Slot[] = [];
  /** Of those in `#free`; callers hardly ever change it. */
  #traceBytes = 0;

  take(traceBytes: number): Slot {
    if (traceBytes > 0 && traceBytes !== this.#traceBytes) {
      this.#free = [];
      this.#traceBytes = traceBytes;
    }
    return (traceBytes > 0 && this.#free.pop()) || Slot.allocate(traceBytes);
  }

  give(slot: Slot): void {
    if (slot.trace.length > 0 && slot.trace.length === this.#traceBytes) this.#free.push(slot);
  }
}
