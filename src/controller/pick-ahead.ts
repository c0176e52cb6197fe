import type { Choice, ChoiceRequest, TokenModel } from '../token-model.ts';
import type { Draft } from './drafts.ts';

/**
 * Picks one token after another, guesses at those to come verified along: a pick that was made ahead is the very pick
 * that would have been made, since a draw belongs to its pick, however many are made at once.
 */
export class PickAhead {
  readonly #model: TokenModel;
  readonly #draw: () => number;
  /** Draws for picks to come. */
  readonly #uniforms: number[] = [];
  #known: Choice[] = [];
  draftedTokens = 0;
  acceptedTokens = 0;

  constructor(model: TokenModel, draw: () => number) {
    this.#model = model;
    this.#draw = draw;
  }

  /** Whether the next pick was made already. */
  get isKnown(): boolean {
    return this.#known.length > 0;
  }

  /** Forgets the picks that were made ahead; their draws are for those made in their place. */
  drop(): void {
    this.#known = [];
  }

  /** Spends the draw of a pick that is known from elsewhere. */
  skip(): void {
    this.#draw();
  }

  /** `draft`: what may come, to be verified where the pick was not made ahead. */
  async next(request: ChoiceRequest, draft: Draft | undefined, signal: AbortSignal): Promise<Choice> {
    const known = this.#known.shift();
    if (known) this.acceptedTokens++;
    const choice = known ?? (await this.#choose(request, draft, signal));
    this.#uniforms.shift();
    return choice;
  }

  async #choose(request: ChoiceRequest, draft: Draft | undefined, signal: AbortSignal): Promise<Choice> {
    const drafted = draft?.tokens.length ?? 0;
    while (this.#uniforms.length <= drafted) this.#uniforms.push(this.#draw());
    if (!draft) return this.#model.choose({ ...request, uniform: this.#uniforms[0]! }, { signal });
    const uniforms = this.#uniforms.slice(0, drafted + 1);
    const [first, ...others] = await this.#model.chooseAlong(request, draft.tokens, uniforms, { signal });
    this.#known = others;
    this.draftedTokens += drafted;
    draft.learn(others.length);
    return first!;
  }
}
