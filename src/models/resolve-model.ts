import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { cacheFolder } from '../cache-folder.ts';
import { embeddedModel } from '../embedded-model.ts';
import { TracewiseError } from '../errors.ts';
import type { SolveOptions } from '../options.ts';
import { sha256OfFile } from './hash-file.ts';
import { type ModelFile, modelFiles } from './model-files.ts';
import { type FileRecord, fileState, readRecord, recordFile } from './model-record.ts';
import { type HubSource, parseModelSource, partsOf } from './model-source.ts';
import { type PullProgress, pullModel } from './pull-model.ts';

const optionsSchema = z.strictObject({
  /** Models lie in its folder `models`; this user's cache folder of tracewise by default. */
  cacheFolder: z.string().min(1).optional(),
  /** What the file must be, in hexadecimal; a file that is here already is compared by its record. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .transform((text) => text.toLowerCase())
    .optional(),
  /** Ends a download within moments; what has come is kept. */
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z.custom<(progress: PullProgress) => void>((value) => typeof value === 'function').optional(),
  /** A connection that brings nothing for this long is given up and made anew. */
  stallTimeoutMs: z.number().positive().default(30_000),
  /** Pause after a first attempt that brought nothing; doubled after each further one, of five. */
  retryDelayMs: z.number().nonnegative().default(500),
});

/** Options of `resolveModel`, as a user gives them. */
export type ResolveModelOptions = z.input<typeof optionsSchema>;
type ResolvedOptions = Omit<z.output<typeof optionsSchema>, 'cacheFolder'> & { cacheFolder: string };

/** A model that is here. */
export interface ResolvedModel {
  /** For `loadEngine({ modelPath })`. */
  readonly path: string;
  /** For `solve`: how this model wants to be asked, where that is known. */
  readonly options: SolveOptions;
}

/**
 * Finds a model, and downloads it where it is not here: `embedded`, a name of `modelCatalogue`,
 * `hf:owner/repository/file.gguf` (`#revision` may follow), or a path. A file of Hugging Face is checked once, after
 * the download, against `sha256`, the catalogue's hash or the server's, whichever is known first; later loads look
 * at its size and time only. Of a split model the first part is named, and all are pulled.
 *
 * HF_TOKEN opens private and gated repositories; HF_ENDPOINT names a mirror. Throws a TracewiseError: ERR_OPTIONS,
 * ERR_MODEL_DOWNLOAD, ERR_MODEL_CHANGED (the file here is not the one that was pulled) or ERR_BUSY; or the signal's
 * reason.
 */
export async function resolveModel(model: string, options: ResolveModelOptions = {}): Promise<ResolvedModel> {
  const resolved = resolveOptions(options);
  const source = parseModelSource(model);
  if (source.kind === 'hub') {
    const path = await locate(source, resolved);
    return { path, options: source.known?.options ?? {} };
  }
  const path = source.kind === 'embedded' ? embeddedModel.path() : source.path;
  const { sha256, signal } = resolved;
  if (sha256 !== undefined) await compare(path, sha256, signal);
  return { path, options: source.kind === 'embedded' ? embeddedModel.options : {} };
}

function resolveOptions(options: ResolveModelOptions): ResolvedOptions {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return { ...parsed.data, cacheFolder: parsed.data.cacheFolder ?? cacheFolder() };
  throw new TracewiseError(
    'ERR_OPTIONS',
    `Expected valid options of a model but received:\n${z.prettifyError(parsed.error)}`,
    { details: { issues: parsed.error.issues } },
  );
}

async function locate(source: HubSource, options: ResolvedOptions): Promise<string> {
  if (options.sha256 !== undefined && partsOf(source.file).length > 1)
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected \`sha256\` for a model of one file but ${source.name} has several; leave it out`,
    );
  const files = modelFiles(source, options.cacheFolder);
  if (!(await isHere(source, files, options))) await pullModel(source, options);
  return files[0]!.path;
}

/** Whether all files are here and as they were. Throws a TracewiseError (ERR_MODEL_CHANGED) where one is not. */
async function isHere(
  source: HubSource,
  files: ModelFile[],
  { sha256, signal }: ResolvedOptions,
): Promise<boolean> {
  const first = files[0]!.path;
  const record = await readRecord(first);
  for (const file of files) {
    const of = record?.files.find((other) => other.file === file.file);
    const state = await fileState(file, of);
    if (state === 'missing') return false;
    if (sha256 !== undefined && of!.sha256 !== sha256) throw changed(file.path, sha256, `has ${of!.sha256}`);
    if (state === 'changed') throw changed(file.path, of!.sha256, 'is of another size now');
    if (state === 'touched') await confirm(first, source.name, file, of!, signal);
  }
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

/** A user's own file. */
async function compare(path: string, sha256: string, signal: AbortSignal | undefined): Promise<void> {
  const found = await sha256OfFile(path, { signal }).catch((cause) => {
    signal?.throwIfAborted();
    throw new TracewiseError('ERR_MODEL_LOAD', `Expected a model file at ${path} but ${cause.message}`, {
      cause,
    });
  });
  if (found === sha256) return;
  throw new TracewiseError(
    'ERR_MODEL_CHANGED',
    `Expected SHA-256 ${sha256} of ${path} but it has ${found}; take the right file, or its hash`,
    { details: { path, expected: sha256, found } },
  );
}

function changed(path: string, expected: string, what: string): TracewiseError {
  return new TracewiseError(
    'ERR_MODEL_CHANGED',
    `Expected a file with SHA-256 ${expected} at ${path} but it ${what}; \`tracewise models rm\` removes it and a pull brings it anew`,
    { details: { path, expected } },
  );
}
