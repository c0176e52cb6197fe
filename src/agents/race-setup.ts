import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { TracewiseError } from '../errors.ts';
import { mostMs, type ResolvedOptions, resolveOptions, type SolveOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import type { TokenModel } from '../token-model.ts';
import type { RaceEvent } from './race-event.ts';

const count = z.number().int().positive();

const optionsSchema = z.strictObject({
  /** The options of each agent; see `grid`. */
  agents: z.array(z.custom<SolveOptions>()).min(1),
  /**
   * Agents at work at once; by default as many as have sequences for their candidates. 1: one after another, in
   * their order, and then the race repeats exactly.
   */
  concurrency: count.optional(),
  /**
   * Of agents at work at once, who wins: the first to pass, or the first in order of all that pass. The latter
   * waits for those before it; timing then decides nothing but what a shared budget cuts short.
   */
  winner: z.enum(['fastest', 'foremost']).default('fastest'),
  /** Of all agents together; their own budgets hold besides. */
  budget: z
    .strictObject({
      /** Rows (tokens of any sequence) put through the model. */
      modelTokens: count.optional(),
      wallClockMs: count.max(mostMs).optional(),
    })
    .default({}),
});

export type RaceOptions = z.input<typeof optionsSchema>;

export interface RaceSetup extends RaceOptions {
  readonly engine: TokenModel;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal;
  /** The events of the same race, as far as it came: its agents go on as runs do (`solve`), its clock begins anew. */
  readonly resume?: readonly RaceEvent[];
}

/** A race's options, checked and complete. */
export interface Lineup extends Omit<Required<z.output<typeof optionsSchema>>, 'agents'> {
  readonly agents: readonly ResolvedOptions[];
  /** The engine has a sequence left over. */
  readonly hasSpare: boolean;
}

/** Checks and completes a race's options. Throws a TracewiseError (ERR_OPTIONS). */
export function lineUp({ maxSequences }: TokenModel, options: RaceOptions): Lineup {
  const { concurrency, ...rest } = checkOptions(optionsSchema, options, 'valid options of a race');
  const agents = rest.agents.map((agent) => resolveOptions(agent));
  const each = Math.max(...agents.map(sequencesOf));
  const fitting = Math.max(1, Math.floor(maxSequences / each));
  if (concurrency !== undefined && concurrency > fitting) {
    throw wrong(
      `Expected at most ${fitting} agents at once with the ${maxSequences} sequences of this engine, ${each} for each, but received ${concurrency}; load it with more \`maxSequences\``,
    );
  }
  const atOnce = Math.min(concurrency ?? fitting, agents.length);
  return { ...rest, agents, concurrency: atOnce, hasSpare: atOnce * each < maxSequences };
}

function sequencesOf({ guidanceStrength, candidates }: ResolvedOptions): number {
  return guidanceStrength > 0 ? candidates + 2 : 1;
}

function wrong(message: string): TracewiseError {
  return new TracewiseError('ERR_OPTIONS', message);
}
