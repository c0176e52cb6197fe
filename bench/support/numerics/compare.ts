import { logSoftmax, mixLogits } from '../../../src/index.ts';

/** γ of the guided choices; 0 is the greedy one. */
export const strengths = [0, 0.5, 1, 1.5, 3] as const;
export type Strength = (typeof strengths)[number];

/** The logits behind one guided choice, [vocabularySize] each. */
export interface LogitPair {
  readonly unconditional: Float32Array;
  readonly conditional: Float32Array;
}

/** How far logits that were come to in two ways are apart, in nats after log-softmax, and what it changed. */
export interface Comparison {
  readonly rows: number;
  /** Rows with any difference at all. */
  readonly differing: number;
  /** Median over the rows of a row's largest difference. */
  readonly typical: number;
  readonly largest: number;
  /** Of all strengths together. */
  readonly choices: number;
  /** Of them, those that came out otherwise, by strength. */
  readonly changed: readonly number[];
  /** By how many nats the widest of these had been decided; 0: none changed. */
  readonly widestMargin: number;
}

export class Comparer {
  readonly #largestOfRows: number[] = [];
  readonly #changed = strengths.map(() => 0);
  #choices = 0;
  #widestMargin = 0;

  addRow(largestDifference: number): void {
    this.#largestOfRows.push(largestDifference);
  }

  /** `changedBy`: the margin of a choice that came out otherwise. */
  addChoice(strength: Strength, changedBy: number | undefined): void {
    this.#choices++;
    if (changedBy === undefined) return;
    this.#changed[strengths.indexOf(strength)]!++;
    this.#widestMargin = Math.max(this.#widestMargin, changedBy);
  }

  addPair(expected: LogitPair, got: LogitPair): void {
    for (const stream of ['unconditional', 'conditional'] as const)
      this.addRow(largestDifference(logSoftmax(expected[stream]), logSoftmax(got[stream])));
    for (const strength of strengths) {
      const [first, second] = likeliest(mixed(expected, strength));
      const [now] = likeliest(mixed(got, strength));
      this.addChoice(strength, now!.token === first!.token ? undefined : first!.logprob - second!.logprob);
    }
  }

  result(): Comparison {
    const sorted = [...this.#largestOfRows].sort((a, b) => a - b);
    return {
      rows: sorted.length,
      differing: sorted.filter((difference) => difference > 0).length,
      typical: sorted[Math.floor((sorted.length - 1) / 2)]!,
      largest: sorted.at(-1)!,
      choices: this.#choices,
      changed: this.#changed,
      widestMargin: this.#widestMargin,
    };
  }
}

/** As the controller asks: the mask applies beyond γ = 1. */
export function plausibilityOf(strength: number): number {
  return strength > 1 ? 0.1 : 0;
}

function mixed({ unconditional, conditional }: LogitPair, guidanceStrength: number): Float64Array {
  return mixLogits(unconditional, conditional, {
    guidanceStrength,
    plausibility: plausibilityOf(guidanceStrength),
  });
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);
}

/** The two likeliest, ties: lower id first. */
function likeliest(logprobs: Float64Array): { token: number; logprob: number }[] {
  const best = [
    { token: -1, logprob: -Infinity },
    { token: -1, logprob: -Infinity },
  ];
  for (const [token, logprob] of logprobs.entries()) {
    if (logprob > best[0]!.logprob) best.splice(0, 2, { token, logprob }, best[0]!);
    else if (logprob > best[1]!.logprob) best[1] = { token, logprob };
  }
  return best;
}
