import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TracewiseError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import type { NativeAddon } from './addon.ts';

/**
 * The addon: a prebuilt one of this package, else the one that scripts/build-native.mjs made.
 * Throws a TracewiseError (ERR_ADDON_MISSING) where neither is there or loads.
 */
export function loadAddon(root: string = packageRoot()): NativeAddon {
  const platform = `${process.platform}-${process.arch}`;
  const paths = ['prebuilds', join('native', 'build')].map((folder) =>
    join(root, folder, platform, 'tracewise.node'),
  );
  const path = paths.find((candidate) => existsSync(candidate));
  const mend =
    'build it with `npx tracewise build-native` (or `node scripts/build-native.mjs`); it takes a C++ compiler';
  if (!path) {
    throw new TracewiseError(
      'ERR_ADDON_MISSING',
      `Expected the native addon for ${platform} but found none; ${mend}`,
      { details: { paths } },
    );
  }
  try {
    return createRequire(import.meta.url)(path) as NativeAddon;
  } catch (cause) {
    throw new TracewiseError(
      'ERR_ADDON_MISSING',
      `Expected the native addon ${path} to load but received: ${(cause as Error).message}; ${mend}`,
      { cause, details: { paths: [path] } },
    );
  }
}
