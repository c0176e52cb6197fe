import { uniformStream } from '../../src/index.ts';

/** A figure with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** `low` and `high` are the least and the greatest of cases that are too few for an interval. */
  readonly isRange?: true;
}

/** Share of successes with Wilson's interval; of no cases anything may be said. */
export function wilson(successes: number, n: number, z = 1.96): Interval {
  if (n === 0) return { value: NaN, low: 0, high: 1 };
  const p = successes / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Exact two-sided McNemar test of paired outcomes: p of as lopsided a split of the discordant pairs by chance. */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  return Math.min(1, 2 * fairTail(onlyFirst + onlySecond, Math.min(onlyFirst, onlySecond)));
}

/** P(B ≤ most) for B ~ Binomial(n, ½); in logs, since ½ⁿ is no double from n = 1075 on. */
function fairTail(n: number, most: number): number {
  let tail = 0;
  let logTerm = -n * Math.LN2;
  for (let k = 0; k <= most; k++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((n - k) / (k + 1));
  }
  return tail;
}

/**
 * Difference of two paired shares, (onlyFirst − onlySecond) / n, with the 95 % interval of Agresti and Min (2005): Wald's
 * with half a pair added to each of the four cells, within [−1, 1].
 */
export function pairedDifference(onlyFirst: number, onlySecond: number, n: number): Interval {
  const [b, c, total] = [onlyFirst + 0.5, onlySecond + 0.5, n + 2];
  const centre = (b - c) / total;
  const half = (1.96 * Math.sqrt(b + c - (b - c) ** 2 / total)) / total;
  return {
    value: (onlyFirst - onlySecond) / n,
    low: Math.max(-1, centre - half),
    high: Math.min(1, centre + half),
  };
}

/**
 * Median of paired ratios between two of its order statistics: the narrowest pair, as far from either end, that holds the
 * true median with 95 % or more, whatever the distribution. Of fewer than six there is none: then their range.
 */
export function medianRatio(numerators: readonly number[], denominators: readonly number[]): Interval {
  const ratios = numerators.map((x, i) => x / denominators[i]!).sort((a, b) => a - b);
  const n = ratios.length;
  const value = (ratios[Math.floor((n - 1) / 2)]! + ratios[Math.floor(n / 2)]!) / 2;
  let rank = -1;
  while (fairTail(n, rank + 1) <= 0.025) rank++;
  if (rank < 0) return { value, low: ratios[0]!, high: ratios[n - 1]!, isRange: true };
  return { value, low: ratios[rank]!, high: ratios[n - 1 - rank]! };
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

/** `54.5 [47.6, 61.3]`, times `scale`; ` (range)` behind it where it is one. */
export function intervalText({ value, low, high, isRange }: Interval, scale = 1, digits = 1): string {
  const text = (x: number) => (x * scale).toFixed(digits);
  return `${text(value)} [${text(low)}, ${text(high)}]${isRange ? ' (range)' : ''}`;
}
