import { join } from 'node:path';
import { type HubSource, partsOf } from './model-source.ts';

/** A file of a model: where it lies, or will. */
export interface ModelFile {
  /** Its path in the repository. */
  readonly file: string;
  readonly path: string;
  /** What of it has come so far. */
  readonly partPath: string;
}

/** Where pulled models lie in a cache folder. */
export function modelFolder(cacheFolder: string): string {
  return join(cacheFolder, 'models');
}

/** All files of a model, the one to load first. */
export function modelFiles({ repository, revision, file }: HubSource, cacheFolder: string): ModelFile[] {
  const branch = revision === 'main' ? '' : `@${encodeURIComponent(revision)}`;
  const folder = join(modelFolder(cacheFolder), `${repository}${branch}`);
  return partsOf(file).map((part) => {
    const path = join(folder, part);
    return { file: part, path, partPath: `${path}.part` };
  });
}
