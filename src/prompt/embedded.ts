import type { Task } from '../task/task.ts';
import { type PromptPieces, plain } from './prompt-pieces.ts';
import { testsText } from './task-text.ts';

/** The prompt that the embedded model was trained on; see models/MODEL_CARD.md. */
export function embeddedPrompt(task: Task): Pick<PromptPieces, 'head' | 'tail'> {
  return {
    head: [
      plain(
        `Complete the Python function.\n>>> Problem:\n${task.text.trim()}\n>>> Test Cases:\n${testsText(task)}\n`,
      ),
    ],
    tail: [plain('### Response:\n')],
  };
}
