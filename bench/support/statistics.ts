/** A figure with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Share of successes with Wilson's interval. */
export function wilson(successes: number, n: number, z = 1.96): Interval {
  const p = successes / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { value: p, low: centre - half, high: centre + half };
}

/** Exact two-sided McNemar test of paired outcomes: p of as lopsided a split of the discordant pairs by chance. */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  let tail = 0;
  let term = 0.5 ** n;
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/** Median of paired ratios with the interval of its order statistics (binomial, 95 %). */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): Interval {
  const ratios = numerators.map((x, i) => x / denominators[i]!).sort((a, b) => a - b);
  const n = ratios.length;
  const half = 0.98 * Math.sqrt(n);
  const at = (rank: number) => ratios[Math.min(n - 1, Math.max(0, Math.round(rank)))]!;
  return { value: at((n - 1) / 2), low: at((n - 1) / 2 - half), high: at((n - 1) / 2 + half) };
}

/** `54.5 [47.6, 61.3]`, times `scale`. */
export function intervalText({ value, low, high }: Interval, scale = 1, digits = 1): string {
  const text = (x: number) => (x * scale).toFixed(digits);
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}
