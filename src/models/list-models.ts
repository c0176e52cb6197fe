import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { cacheFolder as userCacheFolder } from '../cache-folder.ts';
import { modelCatalogue } from './catalogue.ts';
import { modelFiles, modelFolder } from './model-files.ts';
import { fileState, readRecord } from './model-record.ts';
import { type HubSource, hubName, parseModelSource, partsOf } from './model-source.ts';

/** A model of the catalogue or of the cache folder. */
export interface ListedModel {
  /** What `--model` and `resolveModel` take. */
  readonly name: string;
  /** `hf:owner/repository/file.gguf`. */
  readonly source: string;
  /** `changed`: a file is not as it was pulled; `partial`: not all of it has come. */
  readonly state: 'pulled' | 'changed' | 'partial' | 'absent';
  /** Of what is here. */
  readonly bytes: number;
  /** null where not known. */
  readonly totalBytes: number | null;
  /** As the catalogue has it; null for others. */
  readonly licence: string | null;
  /** Of the file to load, there or not. */
  readonly path: string;
}

/** The catalogue, and whatever else lies in the cache folder (this user's by default). No file is read through. */
export async function listModels({ cacheFolder = userCacheFolder() } = {}): Promise<ListedModel[]> {
  const folder = modelFolder(cacheFolder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const here = entries.filter((entry) => entry.isFile());
  const names = [
    ...modelCatalogue.map(hubName),
    ...here.map((entry) => nameOf(relative(folder, join(entry.parentPath ?? entry.path, entry.name)))),
  ];
  const sources = names.flatMap((name) => sourceOf(name) ?? []);
  const distinct = new Map(sources.map((source) => [source.name, source]));
  return Promise.all([...distinct.values()].map((source) => listed(source, cacheFolder)));
}

async function listed(source: HubSource, cacheFolder: string): Promise<ListedModel> {
  const files = modelFiles(source, cacheFolder);
  const record = await readRecord(files[0]!.path);
  const looks = await Promise.all(
    files.map(async (file) => {
      const of = record?.files.find((other) => other.file === file.file);
      const { size } = (await stat(file.path)
        .catch(() => stat(file.partPath))
        .catch(() => undefined)) ?? { size: 0 };
      return { state: await fileState(file, of), size, recorded: of?.bytes };
    }),
  );
  const bytes = looks.reduce((sum, { size }) => sum + size, 0);
  const isWhole = looks.every(({ state }) => state === 'ready' || state === 'touched');
  const isChanged = looks.some(({ state }) => state === 'changed');
  return {
    name: source.known?.id ?? source.name,
    source: source.name,
    state: isWhole ? 'pulled' : isChanged ? 'changed' : bytes > 0 ? 'partial' : 'absent',
    bytes,
    totalBytes: isWhole ? bytes : (source.known?.bytes ?? null),
    licence: source.known?.licence ?? null,
    path: files[0]!.path,
  };
}

/** `owner/repository@revision/file.gguf`, or what lies beside such a file, as a source's name. */
function nameOf(path: string): string {
  const [, repository = '', branch, file = ''] =
    /^([^/]+\/[^/@]+)(?:@([^/]+))?\/(.+\.gguf)(?:\.json|\.part)?$/i.exec(path.split(sep).join('/')) ?? [];
  const name = hubName({ repository, file: partsOf(file)[0] ?? file });
  return branch === undefined ? name : `${name}#${branch}`;
}

/** undefined for files that somebody else put there, under names that no model here has. */
function sourceOf(escaped: string): HubSource | undefined {
  try {
    return parseModelSource(decodeURIComponent(escaped)) as HubSource;
  } catch {
    return undefined;
  }
}
