import { type FillRow, GgufWriter } from './gguf-writer.ts';
import { type RandomModel, writeEnds } from './random-gguf.ts';
import { type GgufModel, readGguf } from './read-gguf.ts';
import { byteLength, decode, encode, type TensorType } from './tensor-formats.ts';

type Shape = Omit<RandomModel, 'trainedTokens' | 'seed' | 'architecture' | 'chatTemplate'>;

/**
 * 0.5b and 1.5b: shapes of Qwen2.5-Coder, with more heads of keys and values than its two: the small model has three.
 * That adds 3 and 1 % to the weights. 152k: their vocabulary on the least body that the small model fits in, so that
 * little of the time goes to layers, as on a fast device.
 */
export const grownShapes = {
  '152k': {
    layers: 7,
    embeddingSize: 576,
    heads: 9,
    keyValueHeads: 3,
    feedForwardSize: 1024,
    vocabularySize: 151936,
    weights: 'Q4_0',
  },
  '0.5b': {
    layers: 24,
    embeddingSize: 896,
    heads: 14,
    keyValueHeads: 7,
    feedForwardSize: 4864,
    vocabularySize: 151936,
    weights: 'Q4_0',
  },
  '1.5b': {
    layers: 28,
    embeddingSize: 1536,
    heads: 12,
    keyValueHeads: 4,
    feedForwardSize: 8960,
    vocabularySize: 151936,
    weights: 'Q4_0',
  },
} as const satisfies Record<string, Shape>;

export type GrownShape = keyof typeof grownShapes;

/**
 * Writes a model of a large shape that computes what a small one does, and returns its path: it costs what its shape
 * costs and writes what the small one writes, so that a whole run has true step times, true lines and true
 * acceptance at once, through any engine that reads GGUF.
 *
 * The small model's stream stands in it twice, so that a matrix can be split into one that the format can hold and one
 * of what that rounded off: two of 4 bits are as good as one of 8. What it writes is written to both. Layers beyond
 * the small model's add nothing, tokens beyond its vocabulary score a large negative logit, off one constant number
 * in the stream.
 */
export async function growModel(source: string, path: string, shape: Shape | GrownShape): Promise<string> {
  const small = await readGguf(source);
  const large = typeof shape === 'string' ? grownShapes[shape] : shape;
  checkFit(small, large);
  const writer = new GgufWriter(1);
  writeMetadata(writer, small, large);
  writeTensors(writer, small, large);
  writer.write(path);
  return path;
}

function checkFit({ shape, tokenizer }: GgufModel, large: Shape): void {
  const headRatio = headSizeOf(large) / headSizeOf(shape);
  const fits =
    large.embeddingSize >= 2 * shape.embeddingSize + block &&
    large.feedForwardSize >= 2 * shape.feedForwardSize &&
    large.layers >= shape.layers &&
    large.keyValueHeads >= shape.heads &&
    large.heads >= 2 * large.keyValueHeads &&
    large.vocabularySize >= tokenizer.tokens.length &&
    Number.isInteger(headRatio) &&
    shape.heads === shape.keyValueHeads;
  if (!fits) throw new RangeError('Expected a shape at least twice as large, heads in whole multiples');
}

/** Numbers that share a scale. */
const block = 32;
/** Small beside any embedding, so that the norms do not see it. */
const constant = 1e-3;

function writeMetadata(writer: GgufWriter, { shape, tokenizer }: GgufModel, large: Shape): void {
  const { tokens, types, merges, pre, begin, end } = tokenizer;
  const count = (key: string, value: number) => writer.uint32(`llama.${key}`, value);
  writer.text('general.architecture', 'llama');
  writer.text('general.name', 'tracewise embedded, grown');
  writer.uint32('general.file_type', { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 }[large.weights]);
  count('vocab_size', large.vocabularySize);
  count('context_length', shape.trainedTokens);
  count('embedding_length', large.embeddingSize);
  count('block_count', large.layers);
  count('feed_forward_length', large.feedForwardSize);
  count('attention.head_count', large.heads);
  count('attention.head_count_kv', large.keyValueHeads);
  count('rope.dimension_count', headSizeOf(large));
  writer.float32('llama.rope.freq_base', shape.ropeBase);
  // The mean square is taken over numbers of which most are 0.
  writer.float32('llama.attention.layer_norm_rms_epsilon', shape.epsilon * normScale(shape, large) ** 2);
  writer.text('tokenizer.ggml.model', 'gpt2');
  writer.text('tokenizer.ggml.pre', pre);
  const unused = Array.from({ length: large.vocabularySize - tokens.length }, (_, i) => `<|unused_${i}|>`);
  writer.texts('tokenizer.ggml.tokens', [...tokens, ...unused]);
  writer.int32s('tokenizer.ggml.token_type', [...types, ...unused.map(() => 5)]);
  writer.texts('tokenizer.ggml.merges', merges);
  writeEnds(writer, { begin, end, addsBegin: false });
}

function writeTensors(writer: GgufWriter, small: GgufModel, large: Shape): void {
  const { weights, embeddingSize: width, feedForwardSize: hidden, vocabularySize } = large;
  const { shape } = small;
  const n = shape.embeddingSize;
  const headSize = headSizeOf(large);
  const keys = headSize * large.keyValueHeads;
  const norm = (name: string, source: string | undefined, constantScale = 0) => {
    const scale = normScale(shape, large);
    const weight = source === undefined ? undefined : small.row(source, 0);
    writer.tensor(name, [width], 'F32', (_, to) => {
      for (let i = 0; i < 2 * n; i++) to[i] = weight ? weight[i % n]! * scale : 1;
      to[2 * n] = constantScale;
      return true;
    });
  };
  // Embeddings are looked up, not multiplied, so their format costs no time.
  writer.tensor('token_embd.weight', [width, vocabularySize], 'F16', (token, to) => {
    if (token < small.tokenizer.tokens.length) copyTwice(small.row('token_embd.weight', token), to);
    to[2 * n] = constant;
    return true;
  });
  for (let layer = 0; layer < large.layers; layer++) {
    const name = (part: string) => `blk.${layer}.${part}.weight`;
    const isReal = layer < shape.layers;
    const matrix = (part: string, from: number, to: number, fill: FillRow) =>
      writer.tensor(name(part), [from, to], weights, isReal ? fill : undefined);
    const silent = (part: string, from: number, to: number, fill: FillRow) =>
      writer.tensor(name(part), [from, to], weights, isReal ? fill : () => false);
    const reading = (part: string, rowOf: (row: number) => number | undefined, scale = 1): FillRow => {
      return (row, to) => {
        const from = rowOf(row);
        if (from === undefined) return false;
        splitInto(
          small.row(name(part), from).map((x) => x * scale),
          weights,
          to,
          n,
        );
        return true;
      };
    };
    const writing = (
      part: string,
      place: (parts: readonly Float32Array[], to: Float32Array) => void,
    ): FillRow => {
      return (row, to) => {
        if (row >= 2 * n) return false;
        place(split(small.row(name(part), row % n), weights), to);
        return true;
      };
    };
    const rotated = (row: number) => rotatedRow(row, shape, large);
    const group = large.heads / large.keyValueHeads;
    const query = (row: number) => {
      const head = Math.floor(row / headSize);
      return head % group < 2 ? rotated(Math.floor(head / group) * headSize + (row % headSize)) : undefined;
    };
    norm(name('attn_norm'), isReal ? name('attn_norm') : undefined);
    // Scores are divided by the root of the head's size.
    matrix('attn_q', width, width, reading('attn_q', query, Math.sqrt(headSize / headSizeOf(shape))));
    matrix('attn_k', width, keys, reading('attn_k', rotated));
    matrix(
      'attn_v',
      width,
      keys,
      reading('attn_v', (row) => plainRow(row, shape, large)),
    );
    const heads = (parts: readonly Float32Array[], to: Float32Array) => {
      const from = headSizeOf(shape);
      for (let head = 0; head < shape.heads; head++) {
        parts.forEach((part, copy) => {
          to.set(part.subarray(head * from, (head + 1) * from), (head * group + copy) * headSize);
        });
      }
    };
    silent('attn_output', width, width, writing('attn_output', heads));
    norm(name('ffn_norm'), isReal ? name('ffn_norm') : undefined);
    const twice = (row: number) =>
      row < 2 * shape.feedForwardSize ? row % shape.feedForwardSize : undefined;
    matrix('ffn_gate', width, hidden, reading('ffn_gate', twice));
    matrix('ffn_up', width, hidden, reading('ffn_up', twice));
    const both = ([held, rest]: readonly Float32Array[], to: Float32Array) => {
      to.set(held!);
      to.set(rest!, held!.length);
    };
    silent('ffn_down', hidden, width, writing('ffn_down', both));
  }
  norm('output_norm.weight', 'output_norm.weight', 1e6);
  writer.tensor('output.weight', [width, vocabularySize], weights, (token, to) => {
    if (token < small.tokenizer.tokens.length)
      splitInto(small.row('token_embd.weight', token), weights, to, n);
    else to[2 * n] = -1;
    return true;
  });
}

function headSizeOf({ embeddingSize, heads }: { embeddingSize: number; heads: number }): number {
  return embeddingSize / heads;
}

/** The large stream holds the small one's numbers twice and zeros: its root mean square is the small one's times this. */
function normScale(small: { embeddingSize: number }, large: Shape): number {
  return Math.sqrt((2 * small.embeddingSize) / large.embeddingSize);
}

/** The small model's row for a row of keys or queries: a pair that turns as fast (RoPE) where heads are larger. */
function rotatedRow(row: number, small: GgufModel['shape'], large: Shape): number | undefined {
  const [from, to] = [headSizeOf(small), headSizeOf(large)];
  const [head, i] = [Math.floor(row / to), row % to];
  const pair = Math.floor(i / 2) / (to / from);
  return head < small.heads && Number.isInteger(pair) ? head * from + 2 * pair + (i % 2) : undefined;
}

function plainRow(row: number, small: GgufModel['shape'], large: Shape): number | undefined {
  const [from, to] = [headSizeOf(small), headSizeOf(large)];
  const [head, i] = [Math.floor(row / to), row % to];
  return head < small.heads && i < from ? head * from + i : undefined;
}

function copyTwice(numbers: Float32Array, to: Float32Array): void {
  to.set(numbers);
  to.set(numbers, numbers.length);
}

/** What the format holds of the numbers, and what it rounds off. */
function split(numbers: Float32Array, type: TensorType): [Float32Array, Float32Array] {
  const bytes = Buffer.alloc(byteLength(numbers.length, type));
  encode(numbers, type, bytes);
  const held = decode(bytes, type);
  return [held, numbers.map((x, i) => x - held[i]!)];
}

function splitInto(numbers: Float32Array, type: TensorType, to: Float32Array, offset: number): void {
  const [held, rest] = split(numbers, type);
  to.set(held);
  to.set(rest, offset);
}
