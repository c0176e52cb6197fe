import { readFileSync } from 'node:fs';
import { parseTask, type Task } from '../../src/index.ts';
import { testsText } from '../../src/prompt/task-text.ts';

const embeddedTasks = new URL('../data/heldout.jsonl', import.meta.url);

/** The first `n` held-out tasks of a file, by default of the embedded model's. */
export function heldoutTasks(n: number, file: string | URL = embeddedTasks): Task[] {
  return readLines(file).slice(0, n).map(taskOf);
}

/**
 * The first `n` held-out tasks of the embedded model, each told `times` times over, so that the prompt is longer and the
 * model still knows what is asked: solved examples before it mislead this one.
 */
export function retoldTasks(n: number, times: number): Task[] {
  return heldoutTasks(n).map((task) => {
    const { text } = task;
    const told = `${text}\n>>> Test Cases:\n${testsText(task)}\nComplete the Python function.\n>>> Problem:\n`;
    return { ...task, text: told.repeat(times - 1) + text };
  });
}

function readLines(file: string | URL): string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}

function taskOf(line: string, i: number): Task {
  const { text, name, asserts, hidden } = JSON.parse(line);
  return parseTask({ id: `heldout-${i}`, text, entryPoint: name, tests: asserts, hiddenTests: hidden });
}
