import { byteVocabulary } from './byte-vocabulary.ts';
import { GgufWriter, type TensorType } from './gguf-writer.ts';
import { sentencePieceVocabulary } from './sentencepiece-vocabulary.ts';

/** Shape of a model with random weights: it decodes like a real one and says nothing. */
export interface RandomModel {
  readonly layers: number;
  readonly embeddingSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForwardSize: number;
  readonly vocabularySize: number;
  readonly trainedTokens: number;
  readonly weights: TensorType;
  readonly seed: number;
  /** A SentencePiece tokenizer in place of byte-level BPE; what is given is written as its `add_space_prefix`. */
  readonly sentencePiece?: { readonly addSpacePrefix?: boolean };
  /** Written as the model's chat template. */
  readonly chatTemplate?: string;
  /** Written where given: models for embeddings have no causal attention, or pool. */
  readonly causal?: boolean;
  readonly poolingType?: number;
  /** mamba: a recurrent model, which the engine refuses. */
  readonly architecture: 'llama' | 'mamba';
}

/** About a million parameters, decoded in a fraction of a millisecond. */
const tiny: RandomModel = {
  layers: 2,
  embeddingSize: 128,
  heads: 4,
  keyValueHeads: 2,
  feedForwardSize: 256,
  vocabularySize: 2048,
  trainedTokens: 2048,
  weights: 'Q8_0',
  seed: 1,
  architecture: 'llama',
};

/** About 40 million parameters with a vocabulary of 32k. */
const v32k: RandomModel = {
  ...tiny,
  layers: 8,
  embeddingSize: 512,
  heads: 8,
  keyValueHeads: 8,
  feedForwardSize: 1408,
  vocabularySize: 32256,
  trainedTokens: 4096,
  weights: 'Q4_0',
};

/** The shape of Qwen2.5-0.5B: 494 million parameters, 152k tokens. */
const v152k: RandomModel = {
  ...tiny,
  layers: 24,
  embeddingSize: 896,
  heads: 14,
  keyValueHeads: 2,
  feedForwardSize: 4864,
  vocabularySize: 151936,
  trainedTokens: 32768,
  weights: 'Q4_0',
};

export const randomModels = { tiny, v32k, v152k } as const;

/**
 * Writes a model with random weights as GGUF and returns its path. The same shape and seed give the same bytes.
 * `shape`: the name of one, or what differs from the tiny one.
 */
export function writeRandomModel(
  path: string,
  shape: keyof typeof randomModels | Partial<RandomModel> = 'tiny',
): string {
  const model = typeof shape === 'string' ? randomModels[shape] : { ...tiny, ...shape };
  const writer = new GgufWriter(model.seed);
  const text = (key: string, value: string) => writer.text(key, value);
  const count = (key: string, value: number) => writer.uint32(`${model.architecture}.${key}`, value);
  text('general.architecture', model.architecture);
  text('general.name', `random-${model.architecture}`);
  writer.uint32('general.file_type', { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 }[model.weights]);
  count('vocab_size', model.vocabularySize);
  count('context_length', model.trainedTokens);
  count('embedding_length', model.embeddingSize);
  count('block_count', model.layers);
  count('feed_forward_length', model.architecture === 'mamba' ? 0 : model.feedForwardSize);
  count('attention.head_count', model.architecture === 'mamba' ? 0 : model.heads);
  writer.float32(`${model.architecture}.attention.layer_norm_rms_epsilon`, 1e-5);
  if (model.causal !== undefined) writer.bool(`${model.architecture}.attention.causal`, model.causal);
  if (model.poolingType !== undefined) count('pooling_type', model.poolingType);
  writeTokenizer(writer, model);
  if (model.architecture === 'mamba') mambaTensors(writer, model);
  else llamaTensors(writer, model);
  writer.write(path);
  return path;
}

function writeTokenizer(writer: GgufWriter, model: RandomModel): void {
  const { vocabularySize, sentencePiece, chatTemplate } = model;
  if (sentencePiece) writeSentencePiece(writer, vocabularySize, sentencePiece);
  else writeByteBpe(writer, vocabularySize);
  if (chatTemplate !== undefined) writer.text('tokenizer.chat_template', chatTemplate);
}

function writeByteBpe(writer: GgufWriter, vocabularySize: number): void {
  const { tokens, types, merges, end } = byteVocabulary(vocabularySize);
  writer.text('tokenizer.ggml.model', 'gpt2');
  writer.text('tokenizer.ggml.pre', 'qwen2');
  writer.texts('tokenizer.ggml.tokens', tokens);
  writer.int32s('tokenizer.ggml.token_type', types);
  writer.texts('tokenizer.ggml.merges', merges);
  writeEnds(writer, { begin: end, end, addsBegin: false });
}

function writeSentencePiece(
  writer: GgufWriter,
  vocabularySize: number,
  { addSpacePrefix }: { addSpacePrefix?: boolean },
): void {
  const { tokens, scores, types, begin, end } = sentencePieceVocabulary(vocabularySize);
  writer.text('tokenizer.ggml.model', 'llama');
  writer.texts('tokenizer.ggml.tokens', tokens);
  writer.float32s('tokenizer.ggml.scores', scores);
  writer.int32s('tokenizer.ggml.token_type', types);
  writeEnds(writer, { begin, end, addsBegin: true });
  if (addSpacePrefix !== undefined) writer.bool('tokenizer.ggml.add_space_prefix', addSpacePrefix);
}

/** The tokens that begin and end a text. */
export function writeEnds(
  writer: GgufWriter,
  { begin, end, addsBegin }: { begin: number; end: number; addsBegin: boolean },
): void {
  writer.uint32('tokenizer.ggml.bos_token_id', begin);
  writer.uint32('tokenizer.ggml.eos_token_id', end);
  writer.bool('tokenizer.ggml.add_bos_token', addsBegin);
}

function llamaTensors(writer: GgufWriter, model: RandomModel): void {
  const { embeddingSize: width, feedForwardSize: hidden, heads, keyValueHeads, layers, weights } = model;
  const headSize = width / heads;
  writer.uint32('llama.attention.head_count_kv', keyValueHeads);
  writer.uint32('llama.rope.dimension_count', headSize);
  writer.float32('llama.rope.freq_base', 10000);
  const matrix = (name: string, from: number, to: number) => writer.tensor(name, [from, to], weights);
  const norm = (name: string) => writer.tensor(name, [width], 'F32', 1);
  matrix('token_embd.weight', width, model.vocabularySize);
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`;
    norm(`${block}.attn_norm.weight`);
    matrix(`${block}.attn_q.weight`, width, width);
    matrix(`${block}.attn_k.weight`, width, headSize * keyValueHeads);
    matrix(`${block}.attn_v.weight`, width, headSize * keyValueHeads);
    matrix(`${block}.attn_output.weight`, width, width);
    norm(`${block}.ffn_norm.weight`);
    matrix(`${block}.ffn_gate.weight`, width, hidden);
    matrix(`${block}.ffn_up.weight`, width, hidden);
    matrix(`${block}.ffn_down.weight`, hidden, width);
  }
  norm('output_norm.weight');
}

function mambaTensors(
  writer: GgufWriter,
  { embeddingSize: width, layers, vocabularySize }: RandomModel,
): void {
  const inner = 2 * width;
  const [convolution, state, rank] = [4, 16, 8];
  writer.uint32('mamba.ssm.conv_kernel', convolution);
  writer.uint32('mamba.ssm.inner_size', inner);
  writer.uint32('mamba.ssm.state_size', state);
  writer.uint32('mamba.ssm.time_step_rank', rank);
  const tensor = (name: string, ...dimensions: number[]) => writer.tensor(name, dimensions, 'F32');
  tensor('token_embd.weight', width, vocabularySize);
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`;
    tensor(`${block}.attn_norm.weight`, width);
    tensor(`${block}.ssm_in.weight`, width, 2 * inner);
    tensor(`${block}.ssm_conv1d.weight`, convolution, inner);
    tensor(`${block}.ssm_conv1d.bias`, inner);
    tensor(`${block}.ssm_x.weight`, inner, rank + 2 * state);
    tensor(`${block}.ssm_dt.weight`, rank, inner);
    tensor(`${block}.ssm_dt.bias`, inner);
    tensor(`${block}.ssm_a`, state, inner);
    tensor(`${block}.ssm_d`, inner);
    tensor(`${block}.ssm_out.weight`, inner, width);
  }
  tensor('output_norm.weight', width);
}
