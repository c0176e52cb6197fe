import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { TracewiseError } from '../errors.ts';
import { executionLimitsSchema } from '../execution-limits.ts';
import { defaultLimits } from './default-limits.ts';

const count = z.number().int().positive();

const optionsSchema = z.strictObject({
  /** `pyodide`: a locked CPython in WebAssembly, the same everywhere. `cpython`: the host's own Python, on Linux. */
  backend: z.enum(['pyodide', 'cpython']).default('pyodide'),
  /** Programs run at once, each in a worker thread of its own; started when needed. */
  maxWorkers: z.number().int().min(1).max(64).default(2),
  /** Bounds of every run that does not set its own. */
  limits: executionLimitsSchema.default({}),
  /** Folder of the interpreter's memory snapshot (30 MB); true: a folder of this user's cache; false: none is kept. */
  snapshotCache: z.union([z.string().min(1), z.boolean()]).default(true),
  /** Time that reading one text, or one list of attempts, may take. */
  parseTimeoutMs: count.default(2000),
  /** `cpython`: the interpreter, as a path or a name on PATH. */
  python: z.string().min(1).default('python3'),
  /** `cpython`: put bubblewrap around the interpreter as well. */
  bubblewrap: z.boolean().default(false),
  /** `cpython`: folders besides the interpreter's own library that programs may read. */
  readable: z.array(z.string().min(1)).default([]),
  /** `cpython`: modules imported once, before any program runs, such as `numpy`; programs that import them start at once. */
  preload: z.array(z.string().regex(/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/)).default([]),
});

/** Options of `createRunner`. */
export type RunnerOptions = z.input<typeof optionsSchema>;

export type ResolvedRunnerOptions = Readonly<
  Omit<z.output<typeof optionsSchema>, 'limits'> & { limits: typeof defaultLimits }
>;

const forCpython = ['python', 'bubblewrap', 'readable', 'preload'] as const;

/** Checks and completes a runner's options. Throws a TracewiseError (ERR_OPTIONS) that names every wrong one. */
export function resolveRunnerOptions(options: RunnerOptions = {}): ResolvedRunnerOptions {
  const checked = checkOptions(optionsSchema, options, 'options of a runner');
  const misplaced = forCpython.find((name) => options[name] !== undefined);
  if (misplaced && checked.backend !== 'cpython') {
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected \`${misplaced}\` only with \`backend: 'cpython'\`; leave it out or change the backend`,
      {
        details: { option: misplaced },
      },
    );
  }
  return Object.freeze({
    ...checked,
    limits: Object.freeze({ ...defaultLimits, ...checked.limits }),
  });
}
