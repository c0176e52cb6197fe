/** xorshift32: whole numbers from 0 to 2^32 - 1. */
export function seeded(start: number): () => number {
  let x = (start * 2654435761 + 1) >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x;
  };
}
