import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. Throws the file system's error. Node's `recursive` never returns
 * where a file system makes no folders and calls them missing, as /proc does (nodejs/node#31177 has another such place).
 */
export async function makeFolder(path: string, { mode }: { mode?: number } = {}): Promise<void> {
  try {
    await make(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path), { mode });
    await make(path, mode);
  }
}

async function make(path: string, mode: number | undefined): Promise<void> {
  await mkdir(path, { mode }).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
