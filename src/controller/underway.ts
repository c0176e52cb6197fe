import { setMaxListeners } from 'node:events';
import type { EventStream } from './event-stream.ts';
import { RunStopped } from './run-stopped.ts';

/** Work under way: iterate it for its events, await it for its result, both if you like, as often as you like. */
export interface Underway<Result, Event> extends PromiseLike<Result>, AsyncIterable<Event> {
  readonly result: Promise<Result>;
  /** Ends the work within one decode step; iteration and result reject with the reason. */
  abort(reason?: unknown): void;
}

export interface UnderwayOptions {
  /** Ends the work as `abort` does. */
  readonly signal?: AbortSignal | undefined;
  /** Ends it in order. */
  readonly wallClockMs?: number | undefined;
}

/**
 * Starts work that emits events. `signal` is aborted by whatever ends it early, `abortSignal` by what ends it for good:
 * anything but a RunStopped, also after one.
 */
export function startWork<Result, Event>(
  work: (signals: { signal: AbortSignal; abortSignal: AbortSignal }) => Promise<Result>,
  events: EventStream<Event>,
  { signal, wallClockMs }: UnderwayOptions,
): Underway<Result, Event> {
  const ending = new AbortController();
  const abortion = new AbortController();
  // Every program that runs listens.
  for (const { signal } of [ending, abortion]) setMaxListeners(0, signal);
  const abort = (reason?: unknown) => {
    if (!(reason instanceof RunStopped)) abortion.abort(reason);
    ending.abort(reason);
  };
  const onAbort = () => abort(signal?.reason);
  const settle = async (): Promise<Result> => {
    const timer =
      wallClockMs === undefined
        ? undefined
        : setTimeout(() => abort(new RunStopped('wall-clock')), wallClockMs);
    if (wallClockMs === 0) abort(new RunStopped('wall-clock'));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const result = await work({ signal: ending.signal, abortSignal: abortion.signal });
      events.end();
      return result;
    } catch (reason) {
      events.fail(reason);
      throw reason;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  };
  const result = Promise.resolve().then(settle);
  // Work that is only iterated has told its failure there.
  result.catch(() => {});
  return {
    result,
    abort,
    // biome-ignore lint/suspicious/noThenProperty: awaitable by design
    then: (onFulfilled, onRejected) => result.then(onFulfilled, onRejected),
    [Symbol.asyncIterator]: () => events.read(),
  };
}
