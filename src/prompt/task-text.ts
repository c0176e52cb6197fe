import type { Task } from '../task/task.ts';
import { testText } from '../task/test-text.ts';

/** The tests as a prompt lists them, one after the other. */
export function testsText(task: Task): string {
  return task.tests.map(testText).join('\n');
}

/** What is asked, with the signature, the given beginning and the setup where the task has them. */
export function problemText(task: Task): string {
  const parts = [task.text.trim()];
  if (task.signature) {
    const signature = task.signature.trim();
    parts.push(`The ${signature.startsWith('class ') ? 'class' : 'function'}'s header is \`${signature}\``);
  }
  if (task.preamble.trim()) parts.push(`The program begins with this code:\n${task.preamble.trim()}`);
  if (task.setupCode.trim()) parts.push(`Before the tests, this code runs:\n${task.setupCode.trim()}`);
  return parts.join('\n');
}
