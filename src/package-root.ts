import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/**
 * The folder of this package, whether this file runs from `src/` or from a bundle in `dist/`: the nearest one
 * upwards whose package.json is named tracewise. Throws an Error where there is none.
 */
export function packageRoot(): string {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function search(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'tracewise') return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new Error(
      'Expected a package.json named tracewise above this module but found none; where a bundler took it in, leave `tracewise` out of the bundle (`external`)',
    );
  return search(parent);
}
