import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder for one test file, removed behind it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
