import type { GuidedRequest, LlamaEngine, TokenId, TokenLogprob } from '../../src/index.ts';
import { seeded } from './seeded.mjs';

export interface Prompts {
  readonly unconditional: readonly TokenId[];
  readonly conditional: readonly TokenId[];
}

/** Two random prompts of one length. */
export function randomPrompts(vocabularySize: number, length: number): Prompts {
  const draw = seeded(3);
  const prompt = () => Array.from({ length }, () => draw() % (vocabularySize - 1));
  return { unconditional: prompt(), conditional: prompt() };
}

/** Guided tokens one at a time, greedily and without a mask. */
export class GuidedStepper {
  readonly #engine: LlamaEngine;
  readonly #prompts: Prompts;
  readonly #request: GuidedRequest;

  /** `topCount`: how many of the likeliest tokens a step tells. */
  constructor(engine: LlamaEngine, prompts: Prompts, guidanceStrength: number, topCount = 0) {
    const open = (tokens: readonly TokenId[]) => {
      const sequence = engine.openSequence();
      sequence.append(tokens);
      return sequence;
    };
    this.#engine = engine;
    this.#prompts = prompts;
    this.#request = {
      kind: 'guided',
      unconditional: open(prompts.unconditional),
      conditional: open(prompts.conditional),
      guidanceStrength,
      epsilon: 0,
      plausibility: 0,
      temperature: 0,
      topCount,
    };
  }

  /** Appends the likeliest token; returns the likeliest ones, best first. */
  async step(): Promise<readonly TokenLogprob[]> {
    const { token, top } = await this.#engine.choose(this.#request);
    this.#request.unconditional.append([token]);
    this.#request.conditional.append([token]);
    return top?.guided ?? [];
  }

  /** Back to the prompts. */
  rewind(): void {
    this.#request.unconditional.truncate(this.#prompts.unconditional.length);
    this.#request.conditional.truncate(this.#prompts.conditional.length);
  }
}
