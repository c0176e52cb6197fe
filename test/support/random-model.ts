import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type RandomModel, writeRandomModel } from '../../bench/support/random-gguf.ts';

/** Wide enough that a prompt of 1500 tokens takes a thread about a second. */
export const slowShape: Partial<RandomModel> = {
  layers: 8,
  embeddingSize: 512,
  heads: 8,
  keyValueHeads: 8,
  feedForwardSize: 1408,
  weights: 'Q4_0',
};

/** A folder for one test file, removed behind it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracewise-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function randomModel(
  folder: string,
  name: string,
  shape: Parameters<typeof writeRandomModel>[1] = {},
): string {
  return writeRandomModel(join(folder, `${name}.gguf`), shape);
}
