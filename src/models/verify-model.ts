import { cacheFolder as userCacheFolder } from '../cache-folder.ts';
import { sha256OfFile } from './hash-file.ts';
import { modelFiles } from './model-files.ts';
import { type HashOrigin, readRecord } from './model-record.ts';
import { notPulled, parseModelSource } from './model-source.ts';

/** A file of a model, read through. */
export interface VerifiedFile {
  readonly path: string;
  /** SHA-256 when it was pulled, and whose word that was; null where it was not. */
  readonly expected: string | null;
  readonly expectedFrom: HashOrigin | null;
  /** SHA-256 now; null where the file cannot be read. */
  readonly found: string | null;
}

/**
 * Reads every file of a pulled model and hashes it. Throws a TracewiseError (ERR_OPTIONS) where nothing is known of
 * the model, or the signal's reason.
 */
export async function verifyModel(
  model: string,
  { cacheFolder = userCacheFolder(), signal }: { cacheFolder?: string; signal?: AbortSignal } = {},
): Promise<VerifiedFile[]> {
  const source = parseModelSource(model);
  const files = source.kind === 'hub' ? modelFiles(source, cacheFolder) : [];
  const record = files[0] && (await readRecord(files[0].path));
  if (!record) throw notPulled(model);
  const verified: VerifiedFile[] = [];
  for (const { file, path } of files) {
    const recorded = record.files.find((other) => other.file === file);
    const found = await sha256OfFile(path, { signal }).catch(() => null);
    signal?.throwIfAborted();
    verified.push({
      path,
      expected: recorded?.sha256 ?? null,
      expectedFrom: recorded?.sha256From ?? null,
      found,
    });
  }
  return verified;
}
