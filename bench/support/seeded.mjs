/** xorshift32: gives whole numbers from 0 to 2^32 - 1. @param {number} start @returns {() => number} */
export function seeded(start) {
  let x = (start * 2654435761 + 1) >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x;
  };
}
