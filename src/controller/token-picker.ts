import type { ResolvedOptions } from '../options.ts';
import type { Choice, ChoiceRequest, TokenId, TokenModel, TokenSequence } from '../token-model.ts';
import { type Draft, Drafts } from './drafts.ts';
import { isConditionalAlone } from './one-stream.ts';
import { PickAhead } from './pick-ahead.ts';
import type { Streams } from './streams.ts';

/** A token of the answer, and what each stream thought of it. */
export interface PickedToken {
  readonly token: TokenId;
  readonly guided: boolean;
  readonly unconditionalLogprob?: number;
  readonly conditionalLogprob?: number;
  readonly guidedLogprob?: number;
  readonly changed: boolean;
}

/**
 * Picks the answer's tokens, one at a time: from the guided mixture where there is a signal, from the
 * conditional stream alone for an ungated γ = 1, from the unconditional one otherwise. Guesses at what comes are
 * verified ahead.
 */
export class TokenPicker {
  readonly #streams: Streams;
  readonly #options: ResolvedOptions;
  readonly #drafts: Drafts;
  readonly #picks: PickAhead;
  /** The sequence that the picks come from; of a pair the conditional one, which no pair has with another. */
  #place: TokenSequence | undefined;
  /** Tokens since the drafts were set. */
  #since: TokenId[] = [];

  constructor(model: TokenModel, streams: Streams, options: ResolvedOptions, draw: () => number) {
    this.#streams = streams;
    this.#options = options;
    this.#picks = new PickAhead(model, draw);
    this.#drafts = new Drafts(model, { withinLine: options.guidanceStrength > 0 });
  }

  get draftedTokens(): number {
    return this.#picks.draftedTokens;
  }

  get acceptedTokens(): number {
    return this.#picks.acceptedTokens;
  }

  /** How the answer may go on, likeliest first; of each the next line counts. */
  setDrafts(texts: readonly (readonly TokenId[])[]): void {
    this.#drafts.set(texts);
    this.#since = [];
    this.#picks.drop();
  }

  /** A token that was picked in an earlier part of the run: its draw is spent. */
  take(token: TokenId): void {
    this.#picks.skip();
    this.#since.push(token);
  }

  async next(guided: boolean, signal: AbortSignal): Promise<PickedToken> {
    const request = this.#request(guided);
    // What was verified in one distribution says nothing of another.
    const place = request.kind === 'guided' ? request.conditional : request.sequence;
    if (place !== this.#place) this.#picks.drop();
    this.#place = place;
    const draft = this.#picks.isKnown ? undefined : this.#draftFor(request);
    const choice = await this.#picks.next(request, draft, signal);
    this.#since.push(choice.token);
    return readPick(request, choice, this.#streams);
  }

  #draftFor(request: ChoiceRequest): Draft | undefined {
    if (!this.#options.speculation) return undefined;
    const { tokens } = this.#streams.unconditional;
    return this.#drafts.next({ since: this.#since, tokens, streams: request.kind === 'guided' ? 2 : 1 });
  }

  #request(guided: boolean): ChoiceRequest {
    const { unconditional, conditional } = this.#streams;
    const { guidanceStrength, guidanceGate, epsilon, plausibility } = this.#options;
    const { finalTemperature: temperature, topK, topP, minP } = this.#options;
    const single = { kind: 'sample', temperature, topK, topP, minP } as const;
    if (!guided || !conditional) return { ...single, sequence: unconditional };
    if (isConditionalAlone(this.#options)) return { ...single, sequence: conditional };
    return {
      kind: 'guided',
      unconditional,
      conditional,
      guidanceStrength,
      epsilon,
      plausibility: guidanceStrength > 1 ? plausibility : 0,
      guidanceGate,
      temperature,
      topCount: 1,
    };
  }
}

function readPick(request: ChoiceRequest, choice: Choice, streams: Streams): PickedToken {
  const { token, unconditionalLogprob, conditionalLogprob, guidedLogprob } = choice;
  if (request.kind === 'guided') {
    return {
      token,
      guided: true,
      unconditionalLogprob,
      ...(conditionalLogprob !== undefined && { conditionalLogprob }),
      ...(guidedLogprob !== undefined && { guidedLogprob }),
      changed: choice.top?.unconditional[0]?.token !== token,
    };
  }
  return request.sequence === streams.conditional
    ? { token, guided: true, conditionalLogprob: unconditionalLogprob, changed: false }
    : { token, guided: false, unconditionalLogprob, changed: false };
}
