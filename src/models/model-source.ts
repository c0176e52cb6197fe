import { TracewiseError } from '../errors.ts';
import { type CatalogueModel, modelCatalogue } from './catalogue.ts';

/** A file of a repository on Hugging Face. */
export interface HubSource {
  readonly kind: 'hub';
  /** `hf:owner/repository/file.gguf`, with `#revision` where that is not main. */
  readonly name: string;
  /** Owner and name. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** Its path in the repository; the first part of a model that is split over several files. */
  readonly file: string;
  /** What the catalogue knows of it. */
  readonly known?: CatalogueModel;
}

export type ModelSource = { kind: 'embedded' } | { kind: 'file'; path: string } | HubSource;

/**
 * What a user means by a model: `embedded`, a name of the catalogue, `hf:owner/repository/file.gguf` (with
 * `#revision`), or else a path. Throws a TracewiseError (ERR_OPTIONS).
 */
export function parseModelSource(text: string): ModelSource {
  if (text === 'embedded') return { kind: 'embedded' };
  const listed = modelCatalogue.find(({ id }) => id === text);
  if (listed) return parseHubSource(hubName(listed));
  if (text.startsWith('hf:')) return parseHubSource(text);
  if (/^[a-z]+:\/\//i.test(text))
    throw wrong(
      text,
      'an address; name it as hf:owner/repository/file.gguf, or load the file and give its path',
    );
  return { kind: 'file', path: text };
}

/** The name of a catalogue's model as a source. */
export function hubName({ repository, file }: Pick<HubSource, 'repository' | 'file'>): string {
  return `hf:${repository}/${file}`;
}

/** `model-00001-of-00003.gguf`: its parts, in order; any other file alone. */
export function partsOf(file: string): string[] {
  const [, stem, , count, ending] = splitName.exec(file) ?? [];
  if (count === undefined) return [file];
  return Array.from(
    { length: Number(count) },
    (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${count}${ending}`,
  );
}

/** What is thrown where a model should be here and is not (ERR_OPTIONS). */
export function notPulled(model: string): TracewiseError {
  return new TracewiseError(
    'ERR_OPTIONS',
    `Expected a pulled model but nothing was pulled as ${model}; \`tracewise models list\` shows what was`,
    { details: { model } },
  );
}

const splitName = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i;

function parseHubSource(text: string): HubSource {
  const [, repository, file, revision = 'main'] =
    /^hf:([\w.-]+\/[\w.-]+)\/([^#?]+\.gguf)(?:#(.+))?$/i.exec(text) ?? [];
  if (!repository || !file)
    throw wrong(text, 'no file of a repository; name it as hf:owner/repository/file.gguf');
  // They become names of files and folders.
  const segments = [...repository.split('/'), ...file.split('/')];
  if (segments.some((segment) => !/^[\w .+()-]*$/.test(segment) || /^\.*$/.test(segment)))
    throw wrong(text, 'a name with signs that no file here may have');
  const parts = partsOf(file);
  if (parts[0] !== file || parts.length > 999)
    throw wrong(text, `one part of several; name the first one, ${parts[0] ?? 'which is missing'}`);
  const onMain = hubName({ repository, file });
  const isMain = revision === 'main';
  const known = isMain ? modelCatalogue.find((model) => hubName(model) === onMain) : undefined;
  const name = isMain ? onMain : `${onMain}#${revision}`;
  return { kind: 'hub', name, repository, revision, file, ...(known && { known }) };
}

function wrong(text: string, what: string): TracewiseError {
  return new TracewiseError('ERR_OPTIONS', `Expected a model but ${JSON.stringify(text)} is ${what}`, {
    details: { model: text },
  });
}
