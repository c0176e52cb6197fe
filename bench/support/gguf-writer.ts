import { closeSync, openSync, writeSync } from 'node:fs';
import { byteLength, encode, formats, type TensorType } from './tensor-formats.ts';

export type { TensorType } from './tensor-formats.ts';

/** Writes row `row` of a tensor into `numbers`, which are 0; false: leaves them so. */
export type FillRow = (row: number, numbers: Float32Array) => boolean;

interface Tensor {
  readonly name: string;
  /** ggml's order: the contiguous one first. */
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  /** All numbers of the tensor, or how its rows are filled; random where absent. */
  readonly value: number | FillRow | undefined;
}

const types = { uint32: 4, int32: 5, float32: 6, bool: 7, text: 8, array: 9 } as const;
const alignment = 32;

/** A GGUF file (version 3) of metadata and tensors that are random, constant or filled row by row. */
export class GgufWriter {
  readonly #metadata: Buffer[] = [];
  readonly #tensors: Tensor[] = [];
  #entries = 0;
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  uint32(key: string, value: number): void {
    this.#entry(key, types.uint32, uint32(value));
  }

  float32(key: string, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.#entry(key, types.float32, bytes);
  }

  bool(key: string, value: boolean): void {
    this.#entry(key, types.bool, Buffer.from([value ? 1 : 0]));
  }

  text(key: string, value: string): void {
    this.#entry(key, types.text, text(value));
  }

  texts(key: string, values: readonly string[]): void {
    const items = Buffer.concat(values.map(text));
    this.#entry(key, types.array, uint32(types.text), uint64(values.length), items);
  }

  int32s(key: string, values: readonly number[]): void {
    const bytes = Buffer.from(Int32Array.from(values).buffer);
    this.#entry(key, types.array, uint32(types.int32), uint64(values.length), bytes);
  }

  float32s(key: string, values: readonly number[]): void {
    const bytes = Buffer.from(Float32Array.from(values).buffer);
    this.#entry(key, types.array, uint32(types.float32), uint64(values.length), bytes);
  }

  tensor(name: string, dimensions: readonly number[], type: TensorType, value?: number | FillRow): void {
    this.#tensors.push({ name, dimensions, type, value });
  }

  /** Piece by piece: a large model never stands in memory as a whole. */
  write(path: string): void {
    const file = openSync(path, 'w');
    try {
      for (const chunk of this.#chunks()) writeSync(file, chunk);
    } finally {
      closeSync(file);
    }
  }

  *#chunks(): Generator<Buffer> {
    const head = Buffer.concat([
      Buffer.from('GGUF'),
      uint32(3),
      uint64(this.#tensors.length),
      uint64(this.#entries),
      ...this.#metadata,
      ...this.#tensorTable(),
    ]);
    yield padded(head);
    for (const tensor of this.#tensors) yield padded(this.#data(tensor));
  }

  #entry(key: string, type: number, ...value: Buffer[]): void {
    this.#metadata.push(text(key), uint32(type), ...value);
    this.#entries++;
  }

  #tensorTable(): Buffer[] {
    let offset = 0;
    return this.#tensors.flatMap((tensor) => {
      const { name, dimensions, type } = tensor;
      const begin = offset;
      offset += Math.ceil(bytesOf(tensor) / alignment) * alignment;
      return [
        text(name),
        uint32(dimensions.length),
        ...dimensions.map(uint64),
        uint32(formats[type].type),
        uint64(begin),
      ];
    });
  }

  #data(tensor: Tensor): Buffer {
    const data = Buffer.alloc(bytesOf(tensor));
    const { type, value } = tensor;
    if (typeof value === 'function') return filled(data, tensor, value);
    if (type === 'F32') {
      for (let at = 0; at < data.length; at += 4) data.writeFloatLE(value ?? this.#spread(), at);
      return data;
    }
    const words = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
    for (let i = 0; i < words.length; i++) words[i] = this.#random();
    if (type === 'F16') fillHalves(data);
    else setScales(data, type);
    return data;
  }

  /** Roughly normal, deviation 0.08. */
  #spread(): number {
    const sum = this.#random() + this.#random() + this.#random() + this.#random();
    return (sum / 2 ** 32 - 2) * 0.14;
  }

  /** xorshift32 (Marsaglia 2003). */
  #random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }
}

/** Random quants under one scale, so that the weights spread like trained ones. */
function setScales(data: Buffer, type: 'Q4_0' | 'Q8_0'): void {
  // 0.08 over the deviation of uniform quants, 4.6 and 74, as float16.
  const scale = type === 'Q4_0' ? 0x2474 : 0x146b;
  for (let at = 0; at < data.length; at += formats[type].bytes) data.writeUInt16LE(scale, at);
}

/** Random signs and mantissas under exponents around 2^-4. */
function fillHalves(data: Buffer): void {
  for (let at = 0; at < data.length; at += 2) {
    const bits = data.readUInt16LE(at);
    data.writeUInt16LE((bits & 0x83ff) | ((10 + (bits & 0x400 ? 1 : 0)) << 10), at);
  }
}

function bytesOf({ dimensions, type }: Tensor): number {
  return byteLength(
    dimensions.reduce((product, size) => product * size, 1),
    type,
  );
}

function filled(data: Buffer, { dimensions, type }: Tensor, fill: FillRow): Buffer {
  const numbers = new Float32Array(dimensions[0]!);
  const bytes = byteLength(numbers.length, type);
  // Zeros are not all bits zero in every format.
  const zeros = Buffer.alloc(bytes);
  encode(numbers, type, zeros);
  for (let row = 0; row * bytes < data.length; row++) {
    if (fill(row, numbers)) encode(numbers, type, data, row * bytes);
    else zeros.copy(data, row * bytes);
    numbers.fill(0);
  }
  return data;
}

function padded(bytes: Buffer): Buffer {
  const missing = (alignment - (bytes.length % alignment)) % alignment;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}
