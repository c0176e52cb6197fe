import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../../src/package-root.ts';

/** Hugging Face transformers in a process of its own (serve.py). */
export interface Transformers {
  load(options: { path: string; dtype: 'float32' | 'bfloat16'; threads: number }): Promise<void>;
  /** Behind the last token, [vocabularySize]. */
  logits(tokens: readonly number[]): Promise<Float32Array>;
  /** Greedy tokens of `generate(guidance_scale=…)`, and the milliseconds from the first of them to the last. */
  guided(options: {
    unconditional: readonly number[];
    conditional: readonly number[];
    guidanceStrength: number;
    newTokens: number;
  }): Promise<{ tokens: number[]; ms: number }>;
  dispose(): void;
}

/** Throws an Error where it was not installed. */
export function startTransformers(): Transformers {
  const python = join(packageRoot(), '.cache', 'transformers', 'bin', 'python');
  if (!existsSync(python)) throw new Error('Expected bench/peers/transformers/install.sh to have been run');
  const child = spawn(python, [join(import.meta.dirname, 'serve.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: { resolve(answer: string): void; reject(error: Error): void }[] = [];
  createInterface(child.stdout).on('line', (line) => waiting.shift()!.resolve(line));
  child.on('exit', (code) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`serve.py ended with code ${code}`));
  });
  const ask = async (operation: string, request: object) => {
    const answer = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
    child.stdin.write(`${JSON.stringify({ operation, ...request })}\n`);
    return JSON.parse(await answer);
  };
  return {
    load: (options) => ask('load', options),
    logits: async (tokens) => Float32Array.from((await ask('logits', { tokens })).logits),
    guided: (options) => ask('guided', options),
    dispose: () => child.stdin.end(),
  };
}
