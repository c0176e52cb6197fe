import { basename } from 'node:path';
import type { NativeContext } from './addon.ts';
import { calibrate } from './calibrate.ts';
import { createContext, flashAttentionFlag, maxOutputs } from './create-context.ts';
import type { DecodeCosts } from './decode-costs.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import { checkMemory } from './estimate-memory.ts';
import { LlamaEngine } from './llama-engine.ts';
import { loadModel } from './load-model.ts';
import { openLibraries } from './open-libraries.ts';

export type { EngineOptions } from './engine-options.ts';

/** ggml's flash attention on a CPU takes another kernel, of other roundings, for 64 rows and more (decision 12). */
const mostRowsOfSmallKernel = 63;

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
    const decodeCosts = await costsOf(context, resolved);
    return new LlamaEngine({
      name: model.metadata('general.name') || basename(resolved.modelPath, '.gguf'),
      model,
      context,
      devices,
      libraryVersion: version,
      libraryFolder: folder,
      maxOutputs: maxOutputs(resolved),
      sharePrefixes: resolved.sharePrefixes,
      decodeCosts,
      maxRowsBesideOutputs:
        useGpu || flashAttentionFlag(resolved, useGpu) === 0 ? Infinity : mostRowsOfSmallKernel,
    });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function costsOf(context: NativeContext, options: ResolvedEngineOptions): Promise<DecodeCosts> {
  const { decodeCosts, signal } = options;
  try {
    signal?.throwIfAborted();
    const mostRows = Math.min(maxOutputs(options), context.facts().batchTokens);
    const costs = decodeCosts ?? (await calibrate(context, mostRows));
    signal?.throwIfAborted();
    return costs;
  } catch (error) {
    context.dispose();
    throw error;
  }
}
