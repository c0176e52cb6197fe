import { grid } from '../agents/grid.ts';
import type { EngineOptions } from '../llama/load-engine.ts';
import { faithfulOptions, type SolveOptions } from '../options.ts';

/** What commander reads from the command line of `tracewise solve`. */
export interface SolveFlags {
  readonly model: string;
  readonly gamma?: readonly number[];
  readonly candidates?: number;
  readonly horizon?: number;
  readonly temperature?: readonly number[];
  readonly atOnce: number;
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
  readonly record?: string;
  readonly quiet?: boolean;
  readonly profile?: boolean;
}

/** Options of each run, by γ and temperature (`grid`): how the model wants to be asked, then what the flags say. */
export function agentsOf(flags: SolveFlags, ofModel: SolveOptions): SolveOptions[] {
  const axes = { guidanceStrength: flags.gamma, temperature: flags.temperature };
  const given: SolveOptions = {
    candidates: flags.candidates,
    horizonLines: flags.horizon,
    seed: flags.seed,
    prompt: flags.prompt,
    beginAnswer: flags.begin,
    signalForm: flags.signal,
    faithful: flags.faithful,
    stopOnPass: flags.stopOnPass ? undefined : false,
    budget: withoutUndefined({ newTokens: flags.maxTokens }),
  };
  return grid(axes, { ...habits(flags, ofModel), ...withoutUndefined(given) });
}

/** What bounds all runs together. */
export function budgetOf({ timeout }: SolveFlags): { wallClockMs?: number } {
  return timeout === undefined ? {} : { wallClockMs: Math.round(timeout * 1000) };
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
    workload: workloadOf(flags),
  }) as EngineOptions;
}

/** The runs that are at work at once. */
function workloadOf({ atOnce, candidates, maxTokens }: SolveFlags): EngineOptions['workload'] {
  return withoutUndefined({ agents: atOnce, candidates, newTokens: maxTokens });
}

/** How the model wants to be asked, where `--faithful` does not say otherwise. */
function habits({ faithful }: SolveFlags, ofModel: SolveOptions): SolveOptions {
  const entries = Object.entries(ofModel);
  return Object.fromEntries(entries.filter(([key]) => !(faithful && key in faithfulOptions)));
}

function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
