import { uniformStream } from '../../src/index.ts';

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
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
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

/**
 * Difference of two paired shares, (onlyFirst − onlySecond) / n, with the 95 % interval of Agresti and Min (2005): Wald's
 * with half a pair added to each of the four cells.
 */
export function pairedDifference(onlyFirst: number, onlySecond: number, n: number): Interval {
  const [b, c, total] = [onlyFirst + 0.5, onlySecond + 0.5, n + 2];
  const centre = (b - c) / total;
  const half = (1.96 * Math.sqrt(b + c - (b - c) ** 2 / total)) / total;
  return { value: (onlyFirst - onlySecond) / n, low: centre - half, high: centre + half };
}

/** Median of paired ratios with the interval of its order statistics (binomial, 95 %). */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): Interval {
  const ratios = numerators.map((x, i) => x / denominators[i]!).sort((a, b) => a - b);
  const n = ratios.length;
  const half = 0.98 * Math.sqrt(n);
  const at = (rank: number) => ratios[Math.min(n - 1, Math.max(0, Math.round(rank)))]!;
  return { value: at((n - 1) / 2), low: at((n - 1) / 2 - half), high: at((n - 1) / 2 + half) };
}

/** A statistic of n cases with the 95 % percentile interval of 2,000 bootstrap samples of them; the same each time. */
export function bootstrap(n: number, statistic: (cases: readonly number[]) => number): Interval {
  const draw = uniformStream(0);
  const all = Array.from({ length: n }, (_, i) => i);
  const values = Array.from({ length: 2000 }, () => statistic(all.map(() => Math.floor(draw() * n))));
  values.sort((a, b) => a - b);
  return { value: statistic(all), low: values[49]!, high: values[1949]! };
}

/** Slope of a line fitted to points (x, y) by least squares; 95 %, as if what is left over were independent. */
export function slope(points: readonly (readonly [number, number])[]): Interval {
  const n = points.length;
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / n;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (n < 3 || spread === 0) return { value: NaN, low: -Infinity, high: Infinity };
  const value = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const left = points.reduce((sum, [x, y]) => sum + (y - meanY - value * (x - meanX)) ** 2, 0);
  const half = studentT(n - 2) * Math.sqrt(left / (n - 2) / spread);
  return { value, low: value - half, high: value + half };
}

/** Student's t, 97.5 %, within 1 % from three degrees of freedom on (Cornish and Fisher's expansion). */
function studentT(degrees: number): number {
  const z = 1.96;
  const v = degrees;
  if (v === 1) return 12.706;
  if (v === 2) return 4.303;
  return (
    z +
    (z ** 3 + z) / (4 * v) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3)
  );
}

/** `54.5 [47.6, 61.3]`, times `scale`. */
export function intervalText({ value, low, high }: Interval, scale = 1, digits = 1): string {
  const text = (x: number) => (x * scale).toFixed(digits);
  return `${text(value)} [${text(low)}, ${text(high)}]`;
}
