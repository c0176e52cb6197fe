import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds, after a collection of garbage. Memory in MiB. */
export interface Vitals {
  readonly minutes: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly threads: number;
  readonly files: number;
  /** Handles that keep the process alive, by kind. */
  readonly handles: string;
}

/** Reads this process's vitals (Linux). */
export function readVitals(minutes: number): Vitals {
  collectGarbage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  return {
    minutes,
    rss: mebibytes(rss),
    heapUsed: mebibytes(heapUsed),
    external: mebibytes(external),
    arrayBuffers: mebibytes(arrayBuffers),
    threads: Number(/^Threads:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]),
    files: readdirSync('/proc/self/fd').length,
    handles: countedHandles(),
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function countedHandles(): string {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
