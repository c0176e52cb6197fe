import type { EngineOptions } from '../llama/load-engine.ts';
import { faithfulOptions, type SolveOptions } from '../options.ts';

/** What commander reads from the command line of `tracewise solve`. */
export interface SolveFlags {
  readonly model: string;
  readonly gamma?: number;
  readonly candidates?: number;
  readonly horizon?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly prompt?: SolveOptions['prompt'];
  readonly begin?: SolveOptions['beginAnswer'];
  readonly signal?: SolveOptions['signalForm'];
  readonly faithful?: boolean;
  readonly stopOnPass: boolean;
  readonly maxTokens?: number;
  readonly timeout?: number;
  readonly gpu: string;
  readonly libDir?: string;
  readonly threads?: number;
  readonly context?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The run's options: how the model wants to be asked, then what the flags say. */
export function solveOptionsOf(flags: SolveFlags, ofModel: SolveOptions): SolveOptions {
  const given: SolveOptions = {
    guidanceStrength: flags.gamma,
    candidates: flags.candidates,
    horizonLines: flags.horizon,
    temperature: flags.temperature,
    seed: flags.seed,
    prompt: flags.prompt,
    beginAnswer: flags.begin,
    signalForm: flags.signal,
    faithful: flags.faithful,
    stopOnPass: flags.stopOnPass ? undefined : false,
    budget: withoutUndefined({
      newTokens: flags.maxTokens,
      wallClockMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
    }),
  };
  return { ...habits(flags, ofModel), ...withoutUndefined(given) };
}

/** The engine's options. */
export function engineOptionsOf(flags: SolveFlags, modelPath: string): EngineOptions {
  const gpu = flags.gpu === 'none' ? false : flags.gpu;
  return withoutUndefined({
    modelPath,
    gpu: gpu as NonNullable<EngineOptions['gpu']>,
    libDir: flags.libDir,
    threads: flags.threads,
    contextTokens: flags.context,
    maxSequences: flags.candidates === undefined ? undefined : Math.max(8, flags.candidates + 2),
  }) as EngineOptions;
}

/** How the model wants to be asked, where `--faithful` does not say otherwise. */
function habits({ faithful }: SolveFlags, ofModel: SolveOptions): SolveOptions {
  const entries = Object.entries(ofModel);
  return Object.fromEntries(entries.filter(([key]) => !(faithful && key in faithfulOptions)));
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
