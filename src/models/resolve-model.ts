import { existsSync } from 'node:fs';
import { z } from 'zod';
import { cacheFolder } from '../cache-folder.ts';
import { checkOptions } from '../check-options.ts';
import { embeddedModel } from '../embedded-model.ts';
import { TracewiseError } from '../errors.ts';
import type { SolveOptions } from '../options.ts';
import { modelCatalogue } from './catalogue.ts';
import { sha256OfFile } from './hash-file.ts';
import { isFileHere } from './is-file-here.ts';
import { modelFiles } from './model-files.ts';
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
  if (source.kind === 'file') refuseUnknownName(source.path);
  const path = source.kind === 'embedded' ? embeddedModel.path() : source.path;
  const { sha256, signal } = resolved;
  if (sha256 !== undefined) await compare(path, sha256, signal);
  return { path, options: source.kind === 'embedded' ? embeddedModel.options : {} };
}

function resolveOptions(options: ResolveModelOptions): ResolvedOptions {
  const checked = checkOptions(optionsSchema, options, 'valid options of a model');
  return { ...checked, cacheFolder: checked.cacheFolder ?? cacheFolder() };
}

async function locate(source: HubSource, options: ResolvedOptions): Promise<string> {
  if (options.sha256 !== undefined && partsOf(source.file).length > 1)
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected \`sha256\` for a model of one file but ${source.name} has several; leave it out`,
    );
  const files = modelFiles(source, options.cacheFolder);
  for (const file of files) {
    if (await isFileHere(source, file, options)) continue;
    await pullModel(source, options);
    break;
  }
  return files[0]!.path;
}

/** Neither a path nor a name that is known: a name with a slip in it, most likely. */
function refuseUnknownName(text: string): void {
  if (/[\\/]|\.gguf$/i.test(text) || existsSync(text)) return;
  const names = ['embedded', ...modelCatalogue.map(({ id }) => id)];
  throw new TracewiseError(
    'ERR_OPTIONS',
    `Expected a model but there is none of the name ${JSON.stringify(text)}, and no such file; \`tracewise models list\` has the names: ${names.join(', ')}`,
    { details: { model: text, names } },
  );
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
