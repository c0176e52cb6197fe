import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TracewiseError } from '../errors.ts';
import type { GpuChoice } from './engine-options.ts';

/**
 * The folder of the prebuilt libraries that fit this machine, out of node-llama-cpp's platform packages.
 * Throws a TracewiseError (ERR_LIBRARY) where the wanted one is not installed.
 */
export function packagedLibraries(gpu: GpuChoice): string {
  const variants = gpu === 'auto' ? guessVariants() : [gpu === false ? '' : gpu];
  for (const variant of variants) {
    const folder = binariesOf(variant);
    if (folder) return folder;
  }
  const wanted = packageName(variants[0]!);
  throw new TracewiseError(
    'ERR_LIBRARY',
    `Expected the package ${wanted} but it is not installed; install node-llama-cpp with its optional dependencies, set \`gpu\` to another value, or name a build of your own as \`libDir\``,
    { details: { package: wanted } },
  );
}

/** The CUDA 12 build, for machines whose driver does not know CUDA 13. */
export function cudaFallback(): string | undefined {
  const folder = binariesOf('cuda-ext', 'cuda');
  const path =
    folder && join(folder, 'fallback', process.platform === 'win32' ? 'ggml-cuda.dll' : 'libggml-cuda.so');
  return path && existsSync(path) ? path : undefined;
}

/** Best first. A variant whose GPU is missing still runs, on the CPU. */
function guessVariants(): string[] {
  if (process.platform === 'darwin') return process.arch === 'arm64' ? ['metal', ''] : [''];
  const variants = [''];
  if (hasRenderNode()) variants.unshift('vulkan');
  if (hasCudaDriver()) variants.unshift('cuda');
  return variants;
}

function hasCudaDriver(): boolean {
  if (process.platform !== 'win32')
    return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
  return existsSync(join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'nvcuda.dll'));
}

function hasRenderNode(): boolean {
  if (process.platform === 'win32')
    return existsSync(join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'vulkan-1.dll'));
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('render'));
}

function platformName(variant: string): string {
  const platform = { darwin: 'mac', win32: 'win' }[process.platform as string] ?? process.platform;
  const arch = process.arch === 'arm' ? 'armv7l' : process.arch;
  return [platform, arch, variant].filter(Boolean).join('-');
}

function packageName(variant: string): string {
  return `@node-llama-cpp/${platformName(variant)}`;
}

function binariesOf(variant: string, folderVariant = variant): string | undefined {
  const require = createRequire(import.meta.url);
  // Hoisted, or, with pnpm, visible to node-llama-cpp alone.
  for (const resolve of [require.resolve, resolverBeside(require, 'node-llama-cpp')]) {
    try {
      const folder = join(dirname(resolve(packageName(variant))), '..', 'bins', platformName(folderVariant));
      if (existsSync(folder)) return folder;
    } catch {
      // Not installed there.
    }
  }
}

function resolverBeside(require: NodeJS.Require, name: string): (id: string) => string {
  return (id) => createRequire(require.resolve(name)).resolve(id);
}
