import { z } from 'zod';
import { TracewiseError } from '../errors.ts';

const count = z.number().int().positive();

/** Sequences of one llama.cpp context at most. */
export const mostSequences = 256;

/** What an engine is to hold at once: its cache and its sequences follow from it. Lengths in tokens. */
export const workloadSchema = z.strictObject({
  /** Runs at work at the same time. */
  agents: count.default(1),
  /** Candidates of each (the paper's s). */
  candidates: count.default(3),
  /** Tokens of a candidate: those of the `horizonLines` that it usually takes. */
  candidateTokens: count.default(96),
  /** The prompt; all agents share its cells. */
  promptTokens: count.default(1024),
  signalTokens: count.default(1024),
  /** The answer. */
  newTokens: count.default(512),
});

export type Workload = z.output<typeof workloadSchema>;

// What follows the signal in a prompt: the answer's heading, or the end of a chat template.
const tailTokens = 32;

/**
 * Cells for all agents at their longest: of each agent the answer twice (once in either stream), the signal with
 * what follows it, and its candidates; and the prompt once.
 */
export function neededCells(workload: Workload): number {
  const { agents, candidates, candidateTokens, promptTokens, signalTokens, newTokens } = workload;
  return promptTokens + agents * (2 * newTokens + signalTokens + tailTokens + candidates * candidateTokens);
}

/** Two streams and the candidates of each agent, and one that holds the prompt. Throws ERR_OPTIONS for too many. */
export function neededSequences({ agents, candidates }: Workload): number {
  const sequences = agents * (candidates + 2) + 1;
  if (sequences <= mostSequences) return sequences;
  throw new TracewiseError(
    'ERR_OPTIONS',
    `Expected a \`workload\` of at most ${mostSequences} sequences but received ${agents} agents × (2 streams + ${candidates} candidates) + 1 for the prompt = ${sequences}; lower \`agents\` or \`candidates\``,
    { details: { sequences } },
  );
}

/** The sum behind `neededCells`, for messages. */
export function cellsInWords(workload: Workload): string {
  const { agents, candidates, candidateTokens, promptTokens, signalTokens, newTokens } = workload;
  return `${agents} agents × (2 × ${newTokens} of the answer + ${signalTokens} of the signal + ${tailTokens} + ${candidates} × ${candidateTokens} of candidates) + ${promptTokens} of the prompt`;
}
