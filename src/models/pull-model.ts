import { rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { downloadFile } from './download-file.ts';
import { expectedHash } from './expected-hash.ts';
import { fileError } from './file-error.ts';
import { hubEndpoint, hubToken } from './hub-environment.ts';
import { type HereOptions, isFileHere } from './is-file-here.ts';
import { modelFiles } from './model-files.ts';
import { readRecord, recordFile } from './model-record.ts';
import type { HubSource } from './model-source.ts';
import { removePart } from './part-file.ts';
import { PullLock } from './pull-lock.ts';

/** How far a file of a model has come. */
export interface PullProgress {
  /** `waiting`: another process is pulling the model; `checking`: what is there is hashed, to go on from it. */
  readonly activity: 'waiting' | 'checking' | 'downloading';
  readonly file: string;
  /** Of how many files this is which, from 0. */
  readonly fileIndex: number;
  readonly fileCount: number;
  readonly bytes: number;
  /** undefined while not known. */
  readonly totalBytes?: number | undefined;
}

export interface PullOptions extends HereOptions {
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  readonly stallTimeoutMs: number;
  readonly retryDelayMs: number;
}

/** Downloads those files of a model that are not here yet. Throws a TracewiseError, or the signal's reason. */
export async function pullModel(source: HubSource, options: PullOptions): Promise<void> {
  const { cacheFolder, signal, onProgress } = options;
  const token = hubToken();
  const endpoint = hubEndpoint();
  const files = modelFiles(source, cacheFolder);
  const first = files[0]!.path;
  await makeFolder(dirname(first)).catch((cause) => {
    throw fileError(dirname(first), cause);
  });
  const at = (fileIndex: number) => ({
    file: basename(files[fileIndex]!.file),
    fileIndex,
    fileCount: files.length,
  });
  const lock = await PullLock.take(lockPath(first), {
    signal,
    onWait: () => onProgress?.({ activity: 'waiting', bytes: 0, ...at(0) }),
  });
  const whileHeld = { ...options, signal: AbortSignal.any([lock.lost, ...(signal ? [signal] : [])]) };
  try {
    const missing = new Set<string>();
    for (const file of files) if (!(await isFileHere(source, file, whileHeld))) missing.add(file.file);
    // All parts are of one upload: that of the parts that are here, or of the first that comes.
    const here = (await readRecord(first))?.files.find(({ file }) => !missing.has(file));
    let commit = here?.commit;
    for (const [i, file] of files.entries()) {
      if (!missing.has(file.file)) continue;
      const downloaded = await downloadFile(
        {
          url: addressOf(endpoint, { ...source, revision: commit ?? source.revision }, file.file),
          token,
          partPath: file.partPath,
          expected: expectedHash(source, { sha256: options.sha256 }),
        },
        {
          ...whileHeld,
          beforeWrite: () => lock.assertHeld(),
          onProgress: (activity, bytes, totalBytes) =>
            onProgress?.({ activity, bytes, totalBytes, ...at(i) }),
        },
      );
      commit ??= downloaded.commit;
      await lock.assertHeld();
      try {
        await recordFile(first, source.name, { file: file.file, ...downloaded });
        await rename(file.partPath, file.path);
        await removePart(file.partPath);
      } catch (cause) {
        throw fileError(file.path, cause);
      }
    }
  } finally {
    await lock.release();
  }
}

export function lockPath(firstFile: string): string {
  return `${firstFile}.lock`;
}

function addressOf(endpoint: string, { repository, revision }: HubSource, file: string): URL {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return new URL(`${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path}`);
}
