import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { TracewiseError } from '../errors.ts';
import type { LibraryPaths } from './addon.ts';

/** Both node-llama-cpp's names (libllama.cuda.v0.4.0.so) and those of a build of one's own (libllama.so). */
const patterns = {
  base: libraryPattern('ggml-base'),
  ggml: libraryPattern('ggml'),
  llama: libraryPattern('llama'),
} as const;

/** Finds llama.cpp's three libraries in a folder. Throws a TracewiseError (ERR_LIBRARY) where one is missing. */
export function findLibraries(folder: string): LibraryPaths {
  const names = namesIn(folder);
  const find = (kind: keyof typeof patterns): string => {
    const matches = names.filter((name) => patterns[kind].test(name));
    const shortest = matches.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
    if (shortest) return realpathSync(join(folder, shortest));
    throw new TracewiseError(
      'ERR_LIBRARY',
      `Expected llama.cpp's libraries (llama, ggml, ggml-base) in ${folder} but found no ${kind === 'base' ? 'ggml-base' : kind}; name the folder of a build with shared libraries as \`libDir\``,
      { details: { folder } },
    );
  };
  return { base: find('base'), ggml: find('ggml'), llama: find('llama') };
}

/** Whether a path is that of libllama. */
export function isLlamaLibrary(path: string): boolean {
  return patterns.llama.test(path.split(/[\\/]/).at(-1)!);
}

function libraryPattern(name: string): RegExp {
  return new RegExp(`^(?:lib)?${name}(?:\\.[\\w.]+)?\\.(?:so|dylib|dll)(?:\\.[\\d.]+)?$`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new TracewiseError(
      'ERR_LIBRARY',
      `Expected a folder with llama.cpp's libraries but could not read ${folder}: ${(cause as Error).message}`,
      { cause, details: { folder } },
    );
  }
}
