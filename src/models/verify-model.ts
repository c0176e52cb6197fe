import { cacheFolder as userCacheFolder } from '../cache-folder.ts';
import { expectedHash } from './expected-hash.ts';
import { sha256OfFile } from './hash-file.ts';
import { modelFiles } from './model-files.ts';
import { type HashOrigin, readRecord } from './model-record.ts';
import { notPulled, parseModelSource } from './model-source.ts';

/** A file of a model, read through. */
export interface VerifiedFile {
  readonly path: string;
  /** The SHA-256 that it must have, and whose word that is; null where it was not pulled. */
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
  if (source.kind !== 'hub') throw notPulled(model);
  const files = modelFiles(source, cacheFolder);
  const record = await readRecord(files[0]!.path);
  if (!record) throw notPulled(model);
  const verified: VerifiedFile[] = [];
  for (const { file, path } of files) {
    const due = expectedHash(source, { record: record.files.find((other) => other.file === file) });
    const found = await sha256OfFile(path, { signal }).catch(() => null);
    signal?.throwIfAborted();
    verified.push({
      path,
      expected: due?.sha256 ?? null,
      expectedFrom: due?.from ?? null,
      found,
    });
  }
  return verified;
}
