import { stat } from 'node:fs/promises';
import { TracewiseError } from '../errors.ts';
import { expectedHash } from './expected-hash.ts';
import { sha256OfFile } from './hash-file.ts';
import { type ModelFile, modelFiles } from './model-files.ts';
import { type FileRecord, fileState, readRecord, recordFile } from './model-record.ts';
import type { HubSource } from './model-source.ts';

export interface HereOptions {
  readonly cacheFolder: string;
  /** In hexadecimal. */
  readonly sha256?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether a file of a model is here and is the one that is due. Throws a TracewiseError (ERR_MODEL_CHANGED) where
 * another lies in its place, or the signal's reason.
 */
export async function isFileHere(
  source: HubSource,
  file: ModelFile,
  { cacheFolder, sha256, signal }: HereOptions,
): Promise<boolean> {
  const first = modelFiles(source, cacheFolder)[0]!.path;
  const record = (await readRecord(first))?.files.find((other) => other.file === file.file);
  const state = await fileState(file, record);
  if (!record || state === 'missing') return false;
  const due = expectedHash(source, { sha256, record })!;
  if (record.sha256 !== due.sha256) throw changed(file.path, due.sha256, `has ${record.sha256}`);
  if (state === 'changed') throw changed(file.path, due.sha256, 'is of another size now');
  if (state === 'touched') await confirm(first, source.name, file, record, signal);
  return true;
}

/** A file with another time may be a copy of the right one: read once, and noted. */
async function confirm(
  first: string,
  name: string,
  { path }: ModelFile,
  record: FileRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await sha256OfFile(path, { signal });
  if (found !== record.sha256) throw changed(path, record.sha256, `has ${found} now`);
  const { mtimeMs } = await stat(path);
  // Where the folder cannot be written it is read again at the next load.
  await recordFile(first, name, { ...record, modifiedMs: Math.floor(mtimeMs) }).catch(() => {});
}

function changed(path: string, expected: string, what: string): TracewiseError {
  return new TracewiseError(
    'ERR_MODEL_CHANGED',
    `Expected a file with SHA-256 ${expected} at ${path} but it ${what}; \`tracewise models rm\` removes it and a pull brings it anew`,
    { details: { path, expected } },
  );
}
