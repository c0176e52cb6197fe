import { basename } from 'node:path';
import type { NativeModel } from './addon.ts';
import { createContext, maxOutputs } from './create-context.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import { checkMemory } from './estimate-memory.ts';
import { LlamaEngine } from './llama-engine.ts';
import { loadModel } from './load-model.ts';
import { openLibraries } from './open-libraries.ts';

export type { EngineOptions } from './engine-options.ts';

/**
 * Loads a GGUF model and makes its context. Throws a TracewiseError: ERR_OPTIONS, ERR_ADDON_MISSING,
 * ERR_LIBRARY, ERR_MODEL_LOAD, ERR_MODEL_UNSUPPORTED or ERR_CONTEXT; or the signal's reason.
 */
export async function loadEngine(options: EngineOptions): Promise<LlamaEngine> {
  const resolved = resolveEngineOptions(options);
  const { signal, gpu } = resolved;
  signal?.throwIfAborted();
  const { addon, folder, version, devices } = openLibraries(resolved);
  const useGpu = gpu !== false && devices.some((device) => device.isGpu);
  if (!useGpu) await checkMemory(resolved);
  const model = await loadModel(addon, resolved, { useGpu });
  try {
    const context = await createContext(addon, model, resolved, { useGpu });
    if (signal?.aborted) context.dispose();
    signal?.throwIfAborted();
    return new LlamaEngine({
      name: model.metadata('general.name') || basename(resolved.modelPath, '.gguf'),
      model,
      context,
      devices,
      libraryVersion: version,
      libraryFolder: folder,
      maxOutputs: maxOutputs(resolved),
      sharePrefixes: resolved.sharePrefixes,
      maxSeparateRows: decodesPerPair(resolved, model, useGpu) === 2 ? 4 : 0,
    });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** ggml's kernel for several rows of Q8_0 takes longer on a CPU than as many single rows, up to about four. */
function decodesPerPair(
  { decodesPerPair }: ResolvedEngineOptions,
  model: NativeModel,
  useGpu: boolean,
): 1 | 2 {
  const mostlyQ8 = '7';
  return decodesPerPair ?? (!useGpu && model.metadata('general.file_type') === mostlyQ8 ? 2 : 1);
}
