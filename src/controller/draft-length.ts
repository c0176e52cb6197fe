/** Weight of one draft's tokens in the running estimate. */
const memory = 0.1;
/** Longer drafts hardly gain: a line is short. */
const longest = 32;

/**
 * How many tokens of a draft to verify: as many as give the most tokens a millisecond, by what decodes cost and by
 * how often draft tokens were taken so far; 0 where none pays. Expected tokens of a draft of k: 1 + a + a² + … + aᵏ
 * (arXiv 2211.17192, eq. 1), a the share of draft tokens that were taken when their turn came.
 */
export class DraftLength {
  readonly #prior: number;
  #share: number;

  /** `prior`: the share before anything is known, and what it goes back to while nothing is tried. */
  constructor(prior: number) {
    this.#prior = prior;
    this.#share = prior;
  }

  /**
   * Of a draft of `available` tokens; `decodeMs`: of so many rows; `streams`: rows for each token. Each 0 brings the
   * estimate nearer to the prior, so that drafts are tried again after a while.
   */
  best(available: number, streams: number, decodeMs: (rows: number) => number): number {
    let [best, bestRate] = [0, 1 / decodeMs(streams)];
    let [taken, tokens] = [1, 1];
    for (let length = 1; length <= Math.min(available, longest); length++) {
      taken *= this.#share;
      tokens += taken;
      const rate = tokens / decodeMs(streams * (length + 1));
      if (rate > bestRate) [best, bestRate] = [length, rate];
    }
    if (best === 0) this.#share += memory * (this.#prior - this.#share);
    return best;
  }

  /** Of `drafted` tokens the first `accepted` were taken; those behind the first refused one had no turn. */
  learn(drafted: number, accepted: number): void {
    const turns = Math.min(drafted, accepted + 1);
    const keep = (1 - memory) ** turns;
    this.#share = keep * this.#share + (1 - keep) * (accepted / turns);
  }
}
