import { readFileSync } from 'node:fs';
import { parseTask, type Task } from '../../src/index.ts';

/** The first `n` of the embedded model's held-out tasks. */
export function heldoutTasks(n: number): Task[] {
  return readFileSync(new URL('../data/heldout.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(0, n)
    .map(taskOf);
}

function taskOf(line: string, i: number): Task {
  const { text, name, asserts, hidden } = JSON.parse(line);
  return parseTask({ id: `heldout-${i}`, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
}
