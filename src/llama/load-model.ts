import { TracewiseError } from '../errors.ts';
import type { NativeAddon, NativeModel } from './addon.ts';
import { checkModelFile } from './check-model-file.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';

/**
 * Loads a model off the main thread. Throws a TracewiseError (ERR_MODEL_LOAD, ERR_MODEL_UNSUPPORTED), or the
 * signal's reason where the load was aborted.
 */
export async function loadModel(
  addon: NativeAddon,
  { modelPath, signal, onProgress }: ResolvedEngineOptions,
  { useGpu }: { useGpu: boolean },
): Promise<NativeModel> {
  signal?.throwIfAborted();
  await checkModelFile(modelPath, { inMemory: !useGpu });
  let thrown: { error: unknown } | undefined;
  // An error of the caller's ends the load, not the process.
  const report = (share: number) => {
    try {
      if (!thrown) onProgress?.(share);
    } catch (error) {
      thrown = { error };
      load.cancel();
    }
  };
  const load = addon.loadModel(modelPath, { gpuLayers: useGpu ? -1 : 0, mmap: true }, report);
  const onAbort = () => load.cancel();
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    const model = await load.model;
    if (signal?.aborted || thrown) model.dispose();
    signal?.throwIfAborted();
    if (thrown) throw thrown.error;
    refuseUnsupported(model, modelPath);
    return model;
  } catch (cause) {
    signal?.throwIfAborted();
    if (thrown) throw thrown.error;
    if (TracewiseError.isInstance(cause)) throw cause;
    throw loadError(modelPath, cause as Error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function loadError(path: string, cause: Error): TracewiseError {
  const reason = cause.message || 'no reason given';
  const mend = /not within the file bounds|corrupted|incomplete|failed to read/.test(reason)
    ? 'the file is cut off or damaged: download it again'
    : /unknown model architecture|unknown pre-tokenizer/.test(reason)
      ? 'this release of llama.cpp does not know this kind of model: take another'
      : 'see whether the file is complete and made for this release of llama.cpp';
  return new TracewiseError(
    'ERR_MODEL_LOAD',
    `Expected llama.cpp to load ${path} but received: ${reason}; ${mend}`,
    { cause, details: { path, reason } },
  );
}

function refuseUnsupported(model: NativeModel, path: string): void {
  const lack = lackOf(model);
  if (!lack) return;
  model.dispose();
  throw new TracewiseError(
    'ERR_MODEL_UNSUPPORTED',
    `Expected a plain decoder model but ${path} ${lack}; take a transformer without recurrent layers`,
    { details: { path } },
  );
}

function lackOf(model: NativeModel): string | undefined {
  const facts = model.facts();
  if (facts.isRecurrent || facts.isHybrid) return 'is recurrent, so its state cannot be cut back to a prefix';
  if (facts.hasEncoder || !facts.hasDecoder) return 'has an encoder';
  if (facts.isDiffusion) return 'is a diffusion model';
  if (!facts.hasTokenizer) return 'has no tokenizer';
  if (isForEmbeddings(model)) return 'is made for embeddings and gives no next token';
}

/** llama.cpp loads such a model, gives it no cache, and leaves its logits as they were. */
function isForEmbeddings(model: NativeModel): boolean {
  const architecture = model.metadata('general.architecture');
  const of = (key: string) => model.metadata(`${architecture}.${key}`);
  return of('attention.causal') === 'false' || Number(of('pooling_type')) > 0;
}
