import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How tests of one task ended in one pass over a set. */
export interface TaskVerdicts {
  /** Of each test: outcome, exception's type, what it says; joined by ` | `. */
  readonly ends: readonly string[];
  /** Tests that the program's own word decided. */
  readonly inside: number;
}

const none: TaskVerdicts = { ends: [], inside: 0 };

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
      const part = readLine(line);
      if (part) this.#append(part.id, part);
    }
  }

  /** Of a task's tests as many as were run. */
  get(id: string): TaskVerdicts {
    return this.#tasks.get(id) ?? none;
  }

  get tasks(): readonly TaskVerdicts[] {
    return [...this.#tasks.values()];
  }

  /** Adds a task's next tests. */
  add(id: string, part: TaskVerdicts): void {
    this.#append(id, part);
    // The newline first: a line that a kill cut short stays alone.
    if (this.#file) appendFileSync(this.#file, `\n${JSON.stringify({ id, ...part })}`);
  }

  #append(id: string, { ends, inside }: TaskVerdicts): void {
    const before = this.get(id);
    this.#tasks.set(id, { ends: [...before.ends, ...ends], inside: before.inside + inside });
  }
}

function readLine(line: string): (TaskVerdicts & { id: string }) | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
