import { TracewiseError } from '../errors.ts';
import type { NativeAddon, NativeContext, NativeModel } from './addon.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { neededCells } from './workload.ts';

/** Rows of logits in one decode: one for every sequence, or the drafts of a pair. */
export function maxOutputs({ maxSequences, batchTokens }: ResolvedEngineOptions): number {
  return Math.max(maxSequences, Math.min(64, batchTokens));
}

/** Cells of the cache: room for a pair of the longest sequences, within reason, and for the workload. */
export function contextTokensOf(
  { contextTokens, workload }: Pick<ResolvedEngineOptions, 'contextTokens' | 'workload'>,
  trainedTokens: number,
): number {
  return contextTokens ?? Math.max(Math.min(2 * trainedTokens, 16384), workload ? neededCells(workload) : 0);
}

/** Makes the context. Throws a TracewiseError (ERR_CONTEXT) where it does not fit. */
export async function createContext(
  addon: NativeAddon,
  model: NativeModel,
  options: ResolvedEngineOptions,
  { useGpu }: { useGpu: boolean },
): Promise<NativeContext> {
  const { kvType, flashAttention, maxSequences, threads } = options;
  const contextTokens = contextTokensOf(options, model.facts().trainedTokens);
  if (kvType === 'q8_0' && flashAttention === false) {
    throw failure(
      'flash attention for a quantised cache but received `flashAttention: false`; leave one of the two out',
    );
  }
  try {
    return await addon.createContext(model, {
      contextTokens,
      batchTokens: Math.min(options.batchTokens, contextTokens),
      maxSequences,
      maxOutputs: maxOutputs(options),
      threads,
      flashAttention: flashAttentionFlag(options, useGpu),
      cacheType: kvType,
    });
  } catch (cause) {
    throw failure(
      `a context of ${contextTokens} tokens but received: ${(cause as Error).message || 'no reason given'}; lower \`contextTokens\` or \`batchTokens\``,
      cause,
    );
  }
}

/** On a CPU llama.cpp's kernel converts a cache of f32 anew for every row: 72 ms a row in place of 13. */
export function flashAttentionFlag(
  { flashAttention, kvType }: Pick<ResolvedEngineOptions, 'flashAttention' | 'kvType'>,
  useGpu: boolean,
): -1 | 0 | 1 {
  if (flashAttention === 'auto') return kvType === 'f32' && !useGpu ? 0 : -1;
  return flashAttention ? 1 : 0;
}

function failure(what: string, cause?: unknown): TracewiseError {
  return new TracewiseError('ERR_CONTEXT', `Expected ${what}`, { cause });
}
