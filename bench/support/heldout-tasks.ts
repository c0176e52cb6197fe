import { readFileSync } from 'node:fs';
import { parseTask, type Task } from '../../src/index.ts';

const embeddedTasks = new URL('../data/heldout.jsonl', import.meta.url);

/** The first `n` held-out tasks of a file, by default of the embedded model's. */
export function heldoutTasks(n: number, file: string | URL = embeddedTasks): Task[] {
  return readFileSync(file, 'utf8').trim().split('\n').slice(0, n).map(taskOf);
}

function taskOf(line: string, i: number): Task {
  const { text, name, asserts, hidden } = JSON.parse(line);
  return parseTask({ id: `heldout-${i}`, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
}
