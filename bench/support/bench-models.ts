import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedModel } from '../../src/index.ts';
import { packageRoot } from '../../src/package-root.ts';
import { type GrownShape, growModel, grownShapes } from './grow-model.ts';
import type { TensorType } from './tensor-formats.ts';

export type BenchModel = 'embedded' | GrownShape;

/** The embedded model, or it grown into a large shape: made once and kept in the repository's .cache. */
export async function benchModelPath(name: string, weights: TensorType = 'Q4_0'): Promise<string> {
  const source = embeddedModel.path();
  if (name === 'embedded') return source;
  if (!(name in grownShapes)) {
    const names = ['embedded', ...Object.keys(grownShapes)].join(', ');
    throw new RangeError(`Expected a model of ${names} for --model but received ${name}`);
  }
  const folder = join(packageRoot(), '.cache', 'bench');
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const path = join(folder, `grown-${name}-${weights}-${hash}.gguf`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const part = `${path}.part`;
  await growModel(source, part, { ...grownShapes[name as GrownShape], weights });
  renameSync(part, path);
  return path;
}
