import type { Task } from '../task/task.ts';
import { type PromptPieces, plain } from './prompt-pieces.ts';
import { problemText, testsText } from './task-text.ts';

/** How code is to be laid out so that every line of it can be run and seen: more lines mean more traces. */
export const stepByStepStyle = [
  'Write the function in small steps:',
  '- one operation a line, each result under a name that says what it is;',
  '- plain loops and branches; no comprehension, no lambda, no chained calls, no conditional expression;',
  '- a name is set before the block that changes it, so that the program can be run after every line.',
  'Where you would write `return sum(x * x for x in xs if x > 0)`, write:',
  'total = 0',
  'for x in xs:',
  '    if x > 0:',
  '        square = x * x',
  '        total = total + square',
  'return total',
].join('\n');

/** A zero-shot completion prompt that asks for long, flat code (as the paper's second family of prompts does; the words are ours). */
export function stepByStepPrompt(task: Task): Pick<PromptPieces, 'head' | 'tail'> {
  return {
    head: [
      plain(
        `Solve the problem with a Python program that passes the tests.\n\n### Problem\n${problemText(task)}\n### Tests\n${testsText(task)}\n### Style\n${stepByStepStyle}\n\n`,
      ),
    ],
    tail: [plain('### Answer\n')],
  };
}
