/** ggml's number of a format, and the bytes of a block of so many numbers. */
export const formats = {
  F32: { type: 0, bytes: 4, numbers: 1 },
  F16: { type: 1, bytes: 2, numbers: 1 },
  Q4_0: { type: 2, bytes: 18, numbers: 32 },
  Q8_0: { type: 8, bytes: 34, numbers: 32 },
} as const;

export type TensorType = keyof typeof formats;

/** Bytes of so many numbers; a whole number of blocks. */
export function byteLength(numbers: number, type: TensorType): number {
  return (numbers / formats[type].numbers) * formats[type].bytes;
}

/** Writes numbers in a format, rounded as ggml's reference quantisation rounds them. */
export function encode(numbers: Float32Array, type: TensorType, to: Buffer, at = 0): void {
  const { bytes, numbers: size } = formats[type];
  for (let begin = 0; begin < numbers.length; begin += size, at += bytes) {
    if (type === 'F32') to.writeFloatLE(numbers[begin]!, at);
    else if (type === 'F16') to.writeUInt16LE(toHalf(numbers[begin]!), at);
    else encodeBlock(numbers.subarray(begin, begin + size), type, to, at);
  }
}

export function decode(from: Buffer, type: TensorType): Float32Array {
  const { bytes, numbers: size } = formats[type];
  const numbers = new Float32Array((from.length / bytes) * size);
  for (let block = 0; block * size < numbers.length; block++) {
    const at = block * bytes;
    if (type === 'F32') numbers[block] = from.readFloatLE(at);
    else if (type === 'F16') numbers[block] = fromHalf(from.readUInt16LE(at));
    else {
      const scale = fromHalf(from.readUInt16LE(at));
      for (let i = 0; i < size; i++) numbers[block * size + i] = scale * quant(from, type, at + 2, i);
    }
  }
  return numbers;
}

function quant(from: Buffer, type: 'Q4_0' | 'Q8_0', at: number, i: number): number {
  if (type === 'Q8_0') return from.readInt8(at + i);
  const pair = from[at + (i % 16)]!;
  return (i < 16 ? pair & 15 : pair >> 4) - 8;
}

function encodeBlock(numbers: Float32Array, type: 'Q4_0' | 'Q8_0', to: Buffer, at: number): void {
  // The number farthest from 0, with its sign.
  const peak = numbers.reduce((peak, x) => (Math.abs(x) > Math.abs(peak) ? x : peak), 0);
  const half = toHalf(type === 'Q4_0' ? peak / -8 : Math.abs(peak) / 127);
  const scale = fromHalf(half);
  const of = (i: number) => (scale === 0 ? 0 : numbers[i]! / scale);
  to.writeUInt16LE(half, at);
  for (let i = 0; i < (type === 'Q4_0' ? 16 : 32); i++) {
    if (type === 'Q8_0') to.writeInt8(Math.min(127, Math.max(-127, Math.round(of(i)))), at + 2 + i);
    else to[at + 2 + i] = nibble(of(i)) | (nibble(of(i + 16)) << 4);
  }
}

function nibble(x: number): number {
  return Math.min(15, Math.max(0, Math.round(x) + 8));
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** IEEE float16, rounded to nearest; what is too large becomes infinite. */
export function toHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  float[0] = size;
  // A carry of the mantissa goes into the exponent, as it should.
  return sign | ((bits[0]! - (112 << 23) + 0xfff + ((bits[0]! >> 13) & 1)) >> 13);
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
