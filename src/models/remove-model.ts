import { rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cacheFolder as userCacheFolder } from '../cache-folder.ts';
import { TracewiseError } from '../errors.ts';
import { modelFiles, modelFolder } from './model-files.ts';
import { recordPath } from './model-record.ts';
import { notPulled, parseModelSource } from './model-source.ts';
import { removePart } from './part-file.ts';
import { PullLock } from './pull-lock.ts';
import { lockPath } from './pull-model.ts';

/**
 * Removes a pulled model, or what is left of one; returns the bytes that were freed. Throws a TracewiseError:
 * ERR_OPTIONS where there is none, ERR_BUSY while it is being pulled; or the file system's error.
 */
export async function removeModel(
  model: string,
  { cacheFolder = userCacheFolder() }: { cacheFolder?: string } = {},
): Promise<number> {
  const source = parseModelSource(model);
  if (source.kind !== 'hub') throw notPulled(model);
  const files = modelFiles(source, cacheFolder);
  const first = files[0]!.path;
  const paths = files.flatMap(({ path, partPath }) => [path, partPath]);
  const sizes = await Promise.all(paths.map(sizeOf));
  const isKnown = (await sizeOf(recordPath(first))) !== undefined;
  if (!isKnown && sizes.every((size) => size === undefined)) throw notPulled(model);
  const lock = await PullLock.tryTake(lockPath(first));
  if (!lock)
    throw new TracewiseError(
      'ERR_BUSY',
      `Expected ${model} at rest but a process is pulling it; end that first`,
    );
  try {
    // The record first: a file without one counts as absent.
    await rm(recordPath(first), { force: true });
    for (const { path, partPath } of files) {
      await rm(path, { force: true });
      await removePart(partPath);
    }
  } finally {
    await lock.release();
  }
  await removeEmpty(dirname(first), modelFolder(cacheFolder));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** undefined where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/** A folder and those above it, as long as they are empty. */
async function removeEmpty(folder: string, end: string): Promise<void> {
  for (let at = folder; at !== end; at = dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}
