import { readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TracewiseError } from '../errors.ts';
import type { NativeAddon, NativeDevice } from './addon.ts';
import type { GpuChoice } from './engine-options.ts';
import { findLibraries } from './find-libraries.ts';
import { loadAddon } from './load-addon.ts';
import { mappedLibrary } from './mapped-library.ts';
import { cudaFallback, packagedLibraries } from './packaged-libraries.ts';

export interface LibraryChoice {
  readonly gpu: GpuChoice;
  readonly libDir?: string | undefined;
  readonly cpuVariant?: string | undefined;
}

export interface OpenLibraries {
  readonly addon: NativeAddon;
  readonly folder: string;
  readonly version: string;
  readonly devices: readonly NativeDevice[];
}

/** The CPU backend that this process was asked for; it cannot be changed afterwards. */
let loadedCpuVariant: string | undefined;

/**
 * Opens llama.cpp and its backends, once a process: whoever comes second, node-llama-cpp included, shares the
 * first one's libraries. Throws a TracewiseError (ERR_LIBRARY, ERR_ADDON_MISSING).
 */
export function openLibraries({ gpu, libDir, cpuVariant }: LibraryChoice): OpenLibraries {
  const addon = loadAddon();
  const folder = chooseFolder(gpu, libDir);
  const version = open(addon, folder);
  if (addon.backends().length === 0) {
    loadBackends(addon, folder, cpuVariant);
    loadedCpuVariant = cpuVariant;
  } else if (cpuVariant !== undefined && cpuVariant !== loadedCpuVariant) {
    throw failure(
      folder,
      `Expected to choose the CPU backend ${cpuVariant} but this process already has one; choose it with the first engine`,
    );
  }
  if (typeof gpu === 'string' && gpu !== 'auto') requireGpu(addon, folder, gpu);
  return { addon, folder, version, devices: addon.devices() };
}

function chooseFolder(gpu: GpuChoice, libDir: string | undefined): string {
  const mapped = mappedLibrary();
  if (!mapped) return libDir ?? packagedLibraries(gpu);
  const folder = dirname(mapped);
  if (libDir !== undefined && dirname(findLibraries(libDir).llama) !== realpathSync(folder)) {
    throw failure(
      libDir,
      `Expected the libraries of ${libDir} but this process already uses those of ${folder}; load an engine with \`libDir\` before any other, or in a process of its own`,
    );
  }
  return folder;
}

function open(addon: NativeAddon, folder: string): string {
  const paths = findLibraries(folder);
  try {
    return addon.openLibraries(paths);
  } catch (cause) {
    throw failure(
      folder,
      `Expected llama.cpp's libraries in ${folder} to fit this package but received: ${(cause as Error).message}; use the release that node-llama-cpp 3.21.1 brings`,
      cause,
    );
  }
}

function loadBackends(addon: NativeAddon, folder: string, cpuVariant: string | undefined): void {
  if (cpuVariant === undefined) {
    addon.loadBackends(folder);
  } else {
    const names = readdirSync(folder);
    const wanted = names.find((name) => new RegExp(`^(?:lib)?ggml-cpu-${cpuVariant}\\.`).test(name));
    const loaded = wanted !== undefined && addon.loadBackend(join(folder, wanted));
    if (!loaded) {
      throw failure(
        folder,
        `Expected the CPU backend ${cpuVariant} in ${folder} but it is missing or needs another CPU`,
      );
    }
    for (const name of names) {
      if (/^(?:lib)?ggml-(?:cuda|vulkan|metal)\.\w+$/.test(name)) addon.loadBackend(join(folder, name));
    }
  }
  if (!addon.backends().includes('CPU')) {
    throw failure(folder, `Expected a CPU backend in ${folder} but none loads on this machine`);
  }
}

function requireGpu(addon: NativeAddon, folder: string, gpu: string): void {
  const hasGpu = () => addon.devices().some((device) => device.isGpu);
  if (hasGpu()) return;
  const fallback = gpu === 'cuda' ? cudaFallback() : undefined;
  if (fallback && addon.loadBackend(fallback) && hasGpu()) return;
  throw failure(
    folder,
    `Expected a GPU for \`gpu: '${gpu}'\` but its libraries find none; install the driver and its runtime libraries, or set \`gpu\` to false`,
  );
}

function failure(folder: string, message: string, cause?: unknown): TracewiseError {
  return new TracewiseError('ERR_LIBRARY', message, { cause, details: { folder } });
}
