import { TracewiseError } from '../errors.ts';
import type { ModelFacts, NativeAddon, NativeContext, NativeModel } from './addon.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { machineMemory } from './machine-memory.ts';

/** Bytes of a number in the cache; q8_0 has 34 for 32. */
const numberBytes = { f16: 2, bf16: 2, f32: 4, q8_0: 34 / 32 } as const;

/** Rows of logits in one decode: one for every sequence, or the drafts of a pair. */
export function maxOutputs({ maxSequences, batchTokens }: ResolvedEngineOptions): number {
  return Math.max(maxSequences, Math.min(64, batchTokens));
}

/** Makes the context. Throws a TracewiseError (ERR_CONTEXT) where it does not fit. */
export async function createContext(
  addon: NativeAddon,
  model: NativeModel,
  options: ResolvedEngineOptions,
  { useGpu }: { useGpu: boolean },
): Promise<NativeContext> {
  const facts = model.facts();
  const { kvType, flashAttention, maxSequences, threads } = options;
  const contextTokens = options.contextTokens ?? Math.min(2 * facts.trainedTokens, 16384);
  if (kvType === 'q8_0' && flashAttention === false) {
    throw failure(
      'flash attention for a quantised cache but received `flashAttention: false`; leave one of the two out',
    );
  }
  // Memory is only promised when it is allocated: a cache that is too large would end the process later.
  const bytes = cacheBytes(facts, contextTokens, numberBytes[kvType]);
  if (!useGpu && bytes + facts.weightBytes > machineMemory()) {
    throw failure(
      `a cache that fits the ${gigabytes(machineMemory())} of memory here but ${contextTokens} tokens take ${gigabytes(bytes)}; lower \`contextTokens\``,
    );
  }
  try {
    return await addon.createContext(model, {
      contextTokens,
      batchTokens: Math.min(options.batchTokens, contextTokens),
      maxSequences,
      maxOutputs: maxOutputs(options),
      threads,
      flashAttention: flashAttentionFlag(flashAttention, useGpu || kvType === 'q8_0'),
      cacheType: kvType,
    });
  } catch (cause) {
    throw failure(
      `a context of ${contextTokens} tokens but received: ${(cause as Error).message || 'no reason given'}; lower \`contextTokens\` or \`batchTokens\``,
      cause,
    );
  }
}

/** On a CPU its kernel for one row differs from that for several, so a row alone and in a batch would not agree. */
function flashAttentionFlag(wanted: boolean | 'auto', leaveToLlama: boolean): -1 | 0 | 1 {
  if (wanted === 'auto') return leaveToLlama ? -1 : 0;
  return wanted ? 1 : 0;
}

function cacheBytes(
  { layers, embeddingSize, heads, keyValueHeads }: ModelFacts,
  tokens: number,
  perNumber: number,
): number {
  const width = heads > 0 ? (embeddingSize / heads) * keyValueHeads : embeddingSize;
  return 2 * tokens * layers * width * perNumber;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function failure(what: string, cause?: unknown): TracewiseError {
  return new TracewiseError('ERR_CONTEXT', `Expected ${what}`, { cause });
}
