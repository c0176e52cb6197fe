import { TracewiseError } from '../errors.ts';
import { gigabytes } from '../gigabytes.ts';
import { contextTokensOf, maxOutputs } from './create-context.ts';
import { type EngineOptions, type ResolvedEngineOptions, resolveEngineOptions } from './engine-options.ts';
import { machineMemory } from './machine-memory.ts';
import { type GgufHeader, readGgufHeader } from './read-gguf-header.ts';
import { cellsInWords, neededCells } from './workload.ts';

/** In bytes. Buffers for computing come on top: they depend on the backend and are small beside these. */
export interface MemoryEstimate {
  /** Of a model that is split over several files: of this file alone. */
  readonly weightBytes: number;
  readonly cacheBytes: number;
  /** Rows of logits of one step. */
  readonly logitsBytes: number;
  readonly totalBytes: number;
  readonly contextTokens: number;
}

/** Bytes of a number in the cache; q8_0 has 34 for 32. */
const numberBytes = { f16: 2, bf16: 2, f32: 4, q8_0: 34 / 32 } as const;

/**
 * What an engine with these options will take, from the head of the model's file; nothing is loaded. Undefined
 * where the file cannot be read as GGUF or does not tell its shape. Throws a TracewiseError (ERR_OPTIONS), or
 * the file system's error.
 */
export async function estimateMemory(options: EngineOptions): Promise<MemoryEstimate | undefined> {
  const resolved = resolveEngineOptions(options);
  const header = await readGgufHeader(resolved.modelPath);
  return header && estimateFor(header, resolved);
}

/** The same for options that are checked already. */
export function estimateFor(
  { metadata, weightBytes }: GgufHeader,
  options: ResolvedEngineOptions,
): MemoryEstimate | undefined {
  const architecture = metadata.get('general.architecture');
  const of = (key: string) => metadata.get(`${architecture}.${key}`);
  const number = (key: string, otherwise = Number.NaN) => {
    const value = of(key);
    return typeof value === 'number' ? value : otherwise;
  };
  const layers = number('block_count');
  const heads = number('attention.head_count');
  const headSize = number('embedding_length') / heads;
  const width = number('attention.key_length', headSize) + number('attention.value_length', headSize);
  // Some models give the heads of every layer.
  const keyValueHeads = of('attention.head_count_kv');
  const allHeads =
    typeof keyValueHeads === 'object'
      ? (keyValueHeads.numbers ?? []).reduce((sum, count) => sum + count, 0)
      : layers * (typeof keyValueHeads === 'number' ? keyValueHeads : heads);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const vocabularySize = typeof tokens === 'object' ? tokens.length : number('vocab_size');
  const contextTokens = contextTokensOf(options, number('context_length'));
  // llama.cpp rounds the cache up.
  const cells = Math.ceil(contextTokens / 256) * 256;
  const cacheBytes = cells * allHeads * width * numberBytes[options.kvType];
  const logitsBytes = maxOutputs(options) * vocabularySize * 4;
  const totalBytes = weightBytes + cacheBytes + logitsBytes;
  if (!Number.isFinite(totalBytes)) return undefined;
  return { weightBytes, cacheBytes, logitsBytes, totalBytes, contextTokens };
}

/**
 * Refuses, before anything is loaded, an engine that does not fit the machine's memory (ERR_CONTEXT): memory is
 * only promised when it is allocated, and a cache that is too large would end the process later. Weights that are
 * too large by themselves, and files that cannot be read, are left to the loader.
 */
export async function checkMemory(options: ResolvedEngineOptions): Promise<void> {
  const header = await readGgufHeader(options.modelPath).catch(() => undefined);
  const estimate = header && estimateFor(header, options);
  const memoryBytes = machineMemory();
  if (!estimate || estimate.totalBytes <= memoryBytes || estimate.weightBytes > memoryBytes) return;
  const { weightBytes, cacheBytes, logitsBytes, contextTokens } = estimate;
  throw new TracewiseError(
    'ERR_CONTEXT',
    `Expected an engine that fits the ${gigabytes(memoryBytes)} of memory here but its weights take ${gigabytes(weightBytes)}, a cache of ${contextTokens} tokens${reasonOf(options, contextTokens)} ${gigabytes(cacheBytes)} and ${maxOutputs(options)} rows of logits ${gigabytes(logitsBytes)}; lower ${options.workload ? 'the `workload`, ' : ''}\`contextTokens\` or \`maxSequences\`, or take a smaller model`,
    { details: { ...estimate, memoryBytes } },
  );
}

/** Where the cache is that large for the workload: the sum. */
function reasonOf({ workload }: ResolvedEngineOptions, contextTokens: number): string {
  return workload && neededCells(workload) === contextTokens ? ` (${cellsInWords(workload)})` : '';
}
