import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../src/package-root.ts';
import type { Outcome } from './lab.ts';

/** One arm on one task: a line of the JSONL file. */
export interface Sample extends Outcome {
  /** Hash of model, library, task, seed and arm: what the sample follows from. */
  readonly key: string;
  readonly task: string;
  readonly seed: number;
  /** All hidden tests pass. */
  readonly hidden: boolean;
  /** Visible and hidden tests all pass, and the arm's budget was kept. */
  readonly solved: boolean;
  /** Wall-clock of the arm; programs that another arm had run cost nothing. */
  readonly ms: number;
}

/**
 * Samples in a JSONL file, appended as they are made; several processes may append to one. A line that a kill cut
 * short is left out.
 */
export class SampleStore {
  readonly #file: string;
  readonly #samples = new Map<string, Sample[]>();

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    if (!text.endsWith('\n')) appendFileSync(file, '\n');
    for (const line of text.split('\n')) {
      const sample = readSample(line);
      if (sample) this.#keep(sample);
    }
  }

  /** All samples of a key; none where it has not been run. */
  find(key: string): readonly Sample[] | undefined {
    return this.#samples.get(key);
  }

  /** All samples of one key at once. */
  add(samples: readonly Sample[]): void {
    appendFileSync(this.#file, `${samples.map((sample) => JSON.stringify(sample)).join('\n')}\n`);
    for (const sample of samples) this.#keep(sample);
  }

  #keep(sample: Sample): void {
    this.#samples.set(sample.key, [...(this.#samples.get(sample.key) ?? []), sample]);
  }
}

function readSample(line: string): Sample | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

export function hashOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Hash of everything in the library that a run follows from. */
export function libraryHash(): string {
  const folders = [
    'agents',
    'controller',
    'execution',
    'guidance',
    'lines',
    'llama',
    'prompt',
    'signal',
    'strategies',
  ];
  const roots = [...folders.map((folder) => join('src', folder)), join('native', 'src'), 'src/options.ts'];
  return hashOf(
    ...roots.flatMap((root) => filesOf(join(packageRoot(), root))).map((file) => readFileSync(file)),
  );
}

function filesOf(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
