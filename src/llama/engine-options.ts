import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { mostSequences, neededSequences, workloadSchema } from './workload.ts';

export type GpuChoice = 'auto' | 'cuda' | 'metal' | 'vulkan' | false;

const count = z.number().int().positive();

const decodeCostsSchema = z
  .array(z.strictObject({ rows: count, ms: z.number().positive() }))
  .refine(
    (costs) => costs[0]?.rows === 1 && costs.every(({ rows }, i) => i === 0 || rows > costs[i - 1]!.rows),
    {
      error: 'expected costs of 1 row and more, ascending',
    },
  );

const engineOptionsSchema = z.strictObject({
  /** A GGUF file. */
  modelPath: z.string().min(1),
  /** Which prebuilt libraries to use: the best that fit, those of one kind of GPU, or the CPU alone. */
  gpu: z.union([z.enum(['auto', 'cuda', 'metal', 'vulkan']), z.literal(false)]).default('auto'),
  /** A folder with llama.cpp's shared libraries of the same release, in place of the prebuilt ones. */
  libDir: z.string().min(1).optional(),
  /** What the engine is to hold at once; where given, the cache and the sequences are made large enough for it. */
  workload: workloadSchema.optional(),
  /**
   * Cells of the cache that all sequences share. By default twice the model's trained length, at most 16384, or
   * what the `workload` takes where that is more. Runs that do not fit together wait for each other.
   */
  contextTokens: z
    .number()
    .int()
    .min(2)
    .max(1 << 24)
    .optional(),
  /** Sequences that may be open at once; 16 by default, or what the `workload` takes where that is more. */
  maxSequences: count.max(mostSequences).optional(),
  /** Rows of one decode at most; longer prompts are evaluated in chunks of this. */
  batchTokens: z
    .number()
    .int()
    .min(2)
    .max(1 << 16)
    .default(512),
  /** Threads of the CPU backend. With more than there are free cores every barrier waits: cores - 1 by default. */
  threads: count.max(512).prefault(() => Math.max(1, availableParallelism() - 1)),
  /** One of the CPU backends of the prebuilt libraries, such as haswell; the best by default. */
  cpuVariant: z
    .string()
    .regex(/^[\w.]+$/)
    .optional(),
  /**
   * What decodes take by their rows. Measured while loading where absent, within some tenths of a second: whether few
   * rows are sooner decoded one by one, as with Q8_0 weights on a CPU, and how far it pays to look ahead, follow from
   * it. Give an engine's own `decodeCosts` again for the same batches as then.
   */
  decodeCosts: decodeCostsSchema.optional(),
  /** Whether sequences that begin with the same tokens share cells, forks aside; false to measure what it saves. */
  sharePrefixes: z.boolean().default(true),
  /** auto: llama.cpp's choice, mostly on. On a CPU it skips the cells of other sequences, which are computed without it. */
  flashAttention: z.union([z.boolean(), z.literal('auto')]).default('auto'),
  /** The cache's number format. */
  kvType: z.enum(['f16', 'bf16', 'f32', 'q8_0']).default('f16'),
  /** Aborts the load. */
  signal: z.instanceof(AbortSignal).optional(),
  /** Gets the share of the load that is done, 0 to 1. */
  onProgress: z.custom<(share: number) => void>((value) => typeof value === 'function').optional(),
});

/** Options of `loadEngine`, as a user gives them. */
export type EngineOptions = z.input<typeof engineOptionsSchema>;
export type ResolvedEngineOptions = Readonly<z.output<typeof engineOptionsSchema>> & {
  readonly maxSequences: number;
};

/** Checks and completes options. Throws a TracewiseError (ERR_OPTIONS) that names every wrong one. */
export function resolveEngineOptions(options: EngineOptions): ResolvedEngineOptions {
  const checked = checkOptions(engineOptionsSchema, options, 'valid engine options');
  const { workload } = checked;
  const maxSequences = checked.maxSequences ?? Math.max(16, workload ? neededSequences(workload) : 0);
  return Object.freeze({ ...checked, maxSequences });
}
