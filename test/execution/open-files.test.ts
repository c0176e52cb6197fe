import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openWorker, startPool } from '../../src/execution/pyodide-pool.ts';
import { resolveRunnerOptions } from '../../src/execution/runner-options.ts';

/** Files of Pyodide that this process has open. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.includes('/pyodide'));
    } catch {
      return [];
    }
  });
}

test.runIf(process.platform === 'linux')(
  'a thread that is ended while it loads leaves no file open',
  async () => {
    const options = resolveRunnerOptions({ maxWorkers: 1 });
    for (let i = 0; i < 24; i++) {
      const pool = await startPool(options);
      openWorker(pool).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 60 + 10 * i));
      await pool.destroy();
    }
    expect(openFiles()).toEqual([]);
  },
);
