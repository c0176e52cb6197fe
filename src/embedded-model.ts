import { join } from 'node:path';
import type { SolveOptions } from './options.ts';
import { packageRoot } from './package-root.ts';

/**
 * The model that ships with the package (models/MODEL_CARD.md): small, trained from scratch on synthetic
 * tasks, there so that everything can be tried without a download. Not a model to work with.
 */
export const embeddedModel = {
  path: (): string => join(packageRoot(), 'models', 'embedded-q8_0.gguf'),
  /** What it was trained on: its own prompt and signal, candidates of up to five lines, the function's name written. */
  options: {
    prompt: 'embedded',
    signalForm: 'final',
    beginAnswer: 'header',
    horizonLines: 5,
  },
} as const satisfies { path: () => string; options: SolveOptions };
