import { z } from 'zod';
import { checkOptions } from './check-options.ts';
import { TracewiseError } from './errors.ts';
import { executionLimitsSchema } from './execution-limits.ts';
import { promptShapes, signalForms } from './option-names.ts';

const count = z.number().int().positive();
/** Beyond it a timer strikes at once. */
export const mostMs = 2 ** 31 - 1;
/** Below it quotients leave the range of float32. */
export const leastTemperature = 1e-6;
export const leastEpsilon = 1e-30;
const temperature = z
  .number()
  .min(0)
  .max(10)
  .refine(
    (value) => value === 0 || value >= leastTemperature,
    `is neither 0 nor at least ${leastTemperature}`,
  );
const share = z.number().min(0).max(1);

const budgetSchema = z.strictObject({
  /** Tokens of the answer. */
  newTokens: count.default(512),
  /**
   * Rows (tokens of any sequence) that this run may put through the model. It stops within its candidates and before a
   * signal that does not fit, and passes the number by no more than its prompt and one step: a draft, or a token of each
   * candidate and what is drawn ahead of it.
   */
  modelTokens: count.optional(),
  /** After it the program is still judged: that takes the tests' own `timeoutMs` each at most. */
  wallClockMs: count.max(mostMs).optional(),
  /** Runs of one program on one test, of candidates; those that judge the final program come on top. */
  executions: count.optional(),
});

const optionsSchema = z.strictObject({
  /** The paper's γ. 0: plain decoding; 1: the conditional stream alone; above 1: away from the plain stream. */
  guidanceStrength: z.number().min(0).max(20).default(1),
  /** The paper's s: continuations sampled at a line boundary. */
  candidates: z.number().int().min(1).max(64).default(3),
  /** The paper's t: the temperature that candidates are sampled at. */
  temperature: temperature.default(0.8),
  /** Nucleus of what is sampled from one stream: the candidates, and the answer where `finalTemperature` > 0. */
  topP: share.default(0.95),
  topK: z.number().int().min(0).max(0x7fffffff).default(0),
  minP: share.default(0),
  /** The paper's d: lines of a candidate; the rest of a line already begun does not count. */
  horizonLines: count.default(3),
  /** Tokens that a candidate may take before it is cut. */
  candidateTokens: count.default(256),
  /** The paper's k: the signal is refreshed after every k-th line. */
  refreshLines: count.default(1),
  prompt: z.enum(promptShapes).default('auto'),
  /**
   * What is written for the model before it starts: nothing (it opens the fence itself, after reasoning if it
   * likes), the fence, or the fence and `def NAME(`.
   */
  beginAnswer: z.enum(['nothing', 'fence', 'header']).default('fence'),
  signalForm: z.enum(signalForms).default('compact'),
  /** Cap of the signal block, in tokens of the model; what is cut is said in the text. null: no cap. */
  signalTokens: count.nullable().default(1024),
  /** Whether the signal says if a run returned what its test expects, and what that is. */
  showExpected: z.boolean().default(true),
  /** Whether runs that timed out, ran out of memory or were killed are told in the signal. */
  showUnfinished: z.boolean().default(true),
  /** Whether a loop's header is traced at every iteration, or once per frame as in the reference. */
  loopHeaders: z.enum(['every', 'once']).default('every'),
  /** The text that is run and shown: as written, or in the parser's normal form (no comments, no docstrings). */
  executedText: z.enum(['written', 'normalized']).default('written'),
  /** While no candidate gave a signal: sample again at the next line, or before every token as the reference does. */
  emptySignal: z.enum(['line', 'token']).default('line'),
  /** Where γ > 1, tokens with p_c below this share of max p_c cannot win; 0: no mask. */
  plausibility: share.default(0.1),
  /**
   * γ applies only to tokens where the two streams differ by more than this, and elsewhere the plain stream picks:
   * by total variation, ½ Σ |p_c − p_u|, the share of probability that the signal moves. 0: everywhere.
   */
  guidanceGate: share.default(0),
  /** Added to both probabilities before their ratio is taken; the reference uses 1e-8. */
  epsilon: share
    .refine((value) => value === 0 || value >= leastEpsilon, `is neither 0 nor at least ${leastEpsilon}`)
    .default(0),
  /** Temperature of the answer's own tokens; 0: the likeliest of the mixture, as in the paper. */
  finalTemperature: temperature.default(0),
  /**
   * Whether a candidate that the answer has followed so far, that has complete lines left and whose run is in the signal,
   * stands for the next refresh: never; always (`refresh`); or where it has passed all visible tests (`passed`), so that
   * an answer that goes on, though it is found, looks for nothing else. The signal is then written again from what the
   * candidates have left, without the draws and the runs of new ones.
   */
  rollOver: z.enum(['off', 'refresh', 'passed']).default('off'),
  /** A candidate that passes all visible tests ends the run. */
  stopOnPass: z.boolean().default(true),
  /**
   * Verify the tokens of candidates as drafts of the guided line, many in one decode. Saves decodes and changes no
   * token but near-ties; rows of drafts that are not taken are spent for nothing.
   */
  speculation: z.boolean().default(true),
  /** All draws follow from it. */
  seed: z.number().int().min(0).max(0xffffffff).default(0),
  budget: budgetSchema.prefault({}),
  /** Bounds of a candidate's run; the runner's own defaults where absent. */
  limits: executionLimitsSchema.default({}),
  /** Every deviation from the paper off at once; see `faithfulOptions`. */
  faithful: z.boolean().default(false),
});

/** Options of `solve`, as a user gives them. */
export type SolveOptions = z.input<typeof optionsSchema>;
/** Options of `solve`, complete and frozen. */
export type ResolvedOptions = Readonly<z.output<typeof optionsSchema>>;

/** What `faithful: true` sets: the paper's way wherever tracewise's default is another. */
export const faithfulOptions = {
  signalForm: 'full',
  signalTokens: null,
  showExpected: false,
  showUnfinished: false,
  loopHeaders: 'once',
  executedText: 'normalized',
  emptySignal: 'token',
  plausibility: 0,
  guidanceGate: 0,
  epsilon: 1e-8,
  finalTemperature: 0,
  rollOver: 'off',
  stopOnPass: false,
} as const satisfies SolveOptions;

/** Checks and completes options. Throws a TracewiseError (ERR_OPTIONS) that names every wrong one. */
export function resolveOptions(options: SolveOptions = {}): ResolvedOptions {
  const checked = checkOptions(optionsSchema, options, 'valid options');
  const { faithful, signalForm, executedText } = checked;
  if (signalForm === 'final' && executedText === 'normalized') {
    throw new TracewiseError(
      'ERR_OPTIONS',
      'Expected `executedText` to be "written" with `signalForm: \'final\'`, which shows how programs go on from the code, but received "normalized"; choose another of one of the two',
      { details: { option: 'executedText' } },
    );
  }
  if (!faithful) return Object.freeze(checked);
  const contradiction = Object.entries(faithfulOptions).find(([key, value]) => {
    const given = options[key as keyof typeof faithfulOptions];
    return given !== undefined && given !== value;
  });
  if (contradiction) {
    const [key, value] = contradiction;
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected \`${key}\` to be ${JSON.stringify(value)} with \`faithful: true\` but received ${JSON.stringify(options[key as keyof typeof faithfulOptions])}; leave one of the two out`,
      { details: { option: key } },
    );
  }
  return Object.freeze({ ...checked, ...faithfulOptions });
}
