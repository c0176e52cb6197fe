import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** Where the files lie that worker threads and interpreters load; plain JavaScript and Python, not bundled. */
export function workerFolder(): string {
  const [source, built] = ['src', 'dist'].map((folder) => join(packageRoot(), folder, 'execution', 'worker'));
  return existsSync(source!) ? source! : built!;
}
