import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How the tests of one task ended in one pass over a set. */
export interface TaskVerdicts {
  readonly id: string;
  /** Of each test: outcome, exception's type, what it says; joined by ` | `. */
  readonly ends: readonly string[];
  /** Tests that the program's own word decided. */
  readonly inside: number;
}

/** The verdicts of one pass, kept in a JSONL file where a folder is given, so that a pass that was cut short goes on. */
export class VerdictStore {
  readonly #file: string | undefined;
  readonly #tasks = new Map<string, TaskVerdicts>();

  constructor(folder: string | undefined, pass: string) {
    this.#file = folder && join(folder, `${pass}.jsonl`);
    if (!this.#file) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      const task = readLine(line);
      if (task) this.#tasks.set(task.id, task);
    }
  }

  get(id: string): TaskVerdicts | undefined {
    return this.#tasks.get(id);
  }

  get tasks(): readonly TaskVerdicts[] {
    return [...this.#tasks.values()];
  }

  add(task: TaskVerdicts): void {
    this.#tasks.set(task.id, task);
    // The newline first: a line that a kill cut short stays alone.
    if (this.#file) appendFileSync(this.#file, `\n${JSON.stringify(task)}`);
  }
}

function readLine(line: string): TaskVerdicts | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
