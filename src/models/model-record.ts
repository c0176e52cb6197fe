import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ModelFile } from './model-files.ts';

/** Whose word a hash is: the caller's, the catalogue's, the server's, or nobody's but the first pull's. */
export const hashOrigins = ['given', 'catalogue', 'server', 'first pull'] as const;
export type HashOrigin = (typeof hashOrigins)[number];

const fileRecordSchema = z.object({
  /** Its path in the repository. */
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  sha256From: z.enum(hashOrigins),
  /** When the file was last written, in whole ms. */
  modifiedMs: z.number(),
  /** The commit of the repository that it was pulled at, where the server named it. */
  commit: z.string().optional(),
});

const modelRecordSchema = z.object({ name: z.string(), files: z.array(fileRecordSchema) });

export type FileRecord = Readonly<z.output<typeof fileRecordSchema>>;
/** What is known of a pulled model; it lies as `FILE.gguf.json` beside the model's first file. */
export type ModelRecord = Readonly<z.output<typeof modelRecordSchema>>;

export function recordPath(firstFile: string): string {
  return `${firstFile}.json`;
}

/** The record of the model whose first file lies at this path; undefined where there is none that can be read. */
export async function readRecord(firstFile: string): Promise<ModelRecord | undefined> {
  try {
    return modelRecordSchema.parse(JSON.parse(await readFile(recordPath(firstFile), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Puts one file's record among those of its model. */
export async function recordFile(firstFile: string, name: string, file: FileRecord): Promise<void> {
  const others = (await readRecord(firstFile))?.files.filter((other) => other.file !== file.file) ?? [];
  const path = recordPath(firstFile);
  // Whole or not at all.
  await writeFile(`${path}.new`, `${JSON.stringify({ name, files: [...others, file] }, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** `touched`: of the same size, but written since. */
export type FileState = 'missing' | 'ready' | 'touched' | 'changed';

/** How a file looks beside its record, without reading it. */
export async function fileState({ path }: ModelFile, record: FileRecord | undefined): Promise<FileState> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats || !record) return 'missing';
  if (stats.size !== record.bytes) return 'changed';
  return Math.floor(stats.mtimeMs) === record.modifiedMs ? 'ready' : 'touched';
}
