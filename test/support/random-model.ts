import { join } from 'node:path';
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

export function randomModel(
  folder: string,
  name: string,
  shape: Parameters<typeof writeRandomModel>[1] = {},
): string {
  return writeRandomModel(join(folder, `${name}.gguf`), shape);
}
