import { readFileSync } from 'node:fs';
import { readGgufFileInfo } from 'node-llama-cpp';
import { byteLength, decode, formats, type TensorType } from './tensor-formats.ts';

/** A small model, read whole. */
export interface GgufModel {
  readonly shape: {
    readonly layers: number;
    readonly embeddingSize: number;
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly feedForwardSize: number;
    readonly trainedTokens: number;
    readonly epsilon: number;
    readonly ropeBase: number;
  };
  readonly tokenizer: {
    readonly pre: string;
    readonly tokens: readonly string[];
    readonly types: readonly number[];
    readonly merges: readonly string[];
    readonly begin: number;
    readonly end: number;
  };
  /** A tensor's row as numbers; throws a RangeError for a tensor that is not there. */
  row(tensor: string, row: number): Float32Array;
}

interface LlamaMetadata {
  readonly block_count: number;
  readonly embedding_length: number;
  readonly feed_forward_length: number;
  readonly context_length: number;
  readonly attention: {
    readonly head_count: number;
    readonly head_count_kv: number;
    readonly layer_norm_rms_epsilon: number;
  };
  readonly rope: { readonly freq_base: number };
}

/** Reads a GGUF file of the llama architecture with a byte-level BPE vocabulary. */
export async function readGguf(path: string): Promise<GgufModel> {
  const { metadata, fullTensorInfo = [] } = await readGgufFileInfo(path, { logWarnings: false });
  const file = readFileSync(path);
  const { ggml } = metadata.tokenizer;
  const { llama } = metadata as unknown as { llama: LlamaMetadata };
  const tensors = new Map(fullTensorInfo.map((tensor) => [tensor.name, tensor]));
  return {
    shape: {
      layers: llama.block_count,
      embeddingSize: llama.embedding_length,
      heads: llama.attention.head_count,
      keyValueHeads: llama.attention.head_count_kv,
      feedForwardSize: llama.feed_forward_length,
      trainedTokens: llama.context_length,
      epsilon: llama.attention.layer_norm_rms_epsilon,
      ropeBase: llama.rope.freq_base,
    },
    tokenizer: {
      pre: ggml.pre!,
      tokens: ggml.tokens as string[],
      types: ggml.token_type as number[],
      merges: ggml.merges as string[],
      begin: Number(ggml.bos_token_id),
      end: Number(ggml.eos_token_id),
    },
    row(name, row) {
      const tensor = tensors.get(name);
      const type = (Object.keys(formats) as TensorType[]).find((t) => formats[t].type === tensor?.ggmlType);
      if (!tensor || !type) throw new RangeError(`Expected a readable tensor ${name} in ${path}`);
      const bytes = byteLength(Number(tensor.dimensions[0]), type);
      const at = Number(tensor.fileOffset) + row * bytes;
      return decode(file.subarray(at, at + bytes), type);
    },
  };
}
