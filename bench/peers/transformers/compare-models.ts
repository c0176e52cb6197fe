import { type LlamaEngine, logSoftmax } from '../../../src/index.ts';
import { GuidedStepper, type Prompts } from '../../support/guided-stepper.ts';
import type { Transformers } from './transformers.ts';

/**
 * The largest difference of logprobs behind either prompt, in nats, and how many of `newTokens` guided tokens agree
 * from the first on. Throws an Error where they part although the choice was wider than such differences can explain.
 */
export async function compareModels(
  engine: LlamaEngine,
  peer: Transformers,
  { prompts, guidanceStrength, newTokens }: { prompts: Prompts; guidanceStrength: number; newTokens: number },
): Promise<{ delta: number; sameTokens: number }> {
  let delta = 0;
  for (const tokens of [prompts.unconditional, prompts.conditional]) {
    const sequence = engine.openSequence();
    sequence.append(tokens);
    const [ours, theirs] = [await engine.readLogits(sequence), await peer.logits(tokens)].map(logSoftmax);
    sequence.dispose();
    delta = ours!.reduce((largest, x, i) => Math.max(largest, Math.abs(x - theirs![i]!)), delta);
  }
  const { tokens } = await peer.guided({ ...prompts, guidanceStrength, newTokens });
  const stepper = new GuidedStepper(engine, prompts, guidanceStrength, 2);
  for (const [sameTokens, token] of tokens.entries()) {
    const [first, second] = await stepper.step();
    if (first!.token === token) continue;
    const margin = first!.logprob - second!.logprob;
    // Either of the two tokens may move by γ Δ + (γ − 1) Δ.
    const explained = 2 * (2 * guidanceStrength - 1) * delta;
    if (margin > explained) {
      throw new Error(
        `Expected the same tokens but for near-ties of ${explained} nats; one of ${margin} parted`,
      );
    }
    return { delta, sameTokens };
  }
  return { delta, sameTokens: newTokens };
}
