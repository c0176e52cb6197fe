import { open } from 'node:fs/promises';

/** Of an array the length, and its numbers where it has no more than layers may ask for. */
export type GgufValue = number | string | boolean | { readonly length: number; readonly numbers?: number[] };

export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** Bytes of all tensors, the padding between them included. */
  readonly weightBytes: number;
}

const firstBytes = 1 << 20;
/** Vocabularies and merges of the largest tokenizers take about 16 MB. */
const mostBytes = 1 << 28;
const mostNumbers = 1 << 16;

/**
 * Reads the head of a GGUF file (versions 2 and 3), without its tensors; undefined where it is none or damaged:
 * what is wrong with it is for the loader to say.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    for (let bytes = firstBytes; ; bytes *= 4) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(bytes, size)), 0, undefined, 0);
      try {
        return parse(new Cursor(buffer.subarray(0, bytesRead)), size);
      } catch (error) {
        if (!(error instanceof RangeError) || bytes >= Math.min(size, mostBytes)) return undefined;
      }
    }
  } finally {
    await file.close();
  }
}

function parse(cursor: Cursor, size: number): GgufHeader {
  if (cursor.bytes(4).toString('latin1') !== 'GGUF') throw new TypeError('no GGUF');
  if (![2, 3].includes(cursor.uint32())) throw new TypeError('another version');
  const tensors = cursor.uint64();
  const entries = cursor.uint64();
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entries; i++) metadata.set(cursor.text(), cursor.value(cursor.uint32()));
  for (let i = 0; i < tensors; i++) {
    cursor.text();
    // Dimensions, type, offset.
    cursor.bytes(8 * cursor.uint32() + 4 + 8);
  }
  const alignment = Number(metadata.get('general.alignment') ?? 32);
  return { metadata, weightBytes: Math.max(0, size - Math.ceil(cursor.at / alignment) * alignment) };
}

/** Reads on; throws a RangeError behind the end of what is there. */
class Cursor {
  at = 0;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  bytes(count: number): Buffer {
    this.#mustHold(count);
    this.at += count;
    return this.#buffer.subarray(this.at - count, this.at);
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  uint64(): number {
    return Number(this.bytes(8).readBigUInt64LE());
  }

  text(): string {
    return this.bytes(this.uint64()).toString();
  }

  value(type: number): GgufValue {
    if (type === textType) return this.text();
    if (type === arrayType) return this.#array();
    const read = scalars[type];
    if (!read) throw new TypeError('an unknown type of value');
    const [size, of] = read;
    return of(this.bytes(size));
  }

  #array(): GgufValue {
    const type = this.uint32();
    const length = this.uint64();
    const scalar = scalars[type];
    if (scalar) {
      const [size, of] = scalar;
      const items = this.bytes(length * size);
      if (length > mostNumbers) return { length };
      const values = Array.from({ length }, (_, i) => of(items.subarray(i * size)));
      return { length, numbers: values.map(Number) };
    }
    if (type !== textType && type !== arrayType) throw new TypeError('an unknown type of value');
    // A text takes 8 bytes at least: what is damaged is not read through in vain.
    this.#mustHold(length * 8);
    for (let i = 0; i < length; i++) {
      if (type === textType) this.bytes(this.uint64());
      else this.#array();
    }
    return { length };
  }

  #mustHold(count: number): void {
    if (this.at + count > this.#buffer.length) throw new RangeError('the head goes on');
  }
}

const textType = 8;
const arrayType = 9;

/** By GGUF's number of the type: its bytes, and how to read them. */
const scalars: Record<number, readonly [size: number, of: (bytes: Buffer) => number | boolean]> = {
  0: [1, (bytes) => bytes.readUInt8()],
  1: [1, (bytes) => bytes.readInt8()],
  2: [2, (bytes) => bytes.readUInt16LE()],
  3: [2, (bytes) => bytes.readInt16LE()],
  4: [4, (bytes) => bytes.readUInt32LE()],
  5: [4, (bytes) => bytes.readInt32LE()],
  6: [4, (bytes) => bytes.readFloatLE()],
  7: [1, (bytes) => bytes.readUInt8() !== 0],
  10: [8, (bytes) => Number(bytes.readBigUInt64LE())],
  11: [8, (bytes) => Number(bytes.readBigInt64LE())],
  12: [8, (bytes) => bytes.readDoubleLE()],
};
