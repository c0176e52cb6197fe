import { TracewiseError } from '../errors.ts';
import type { Task } from '../task/task.ts';
import type { ChatMessage } from '../token-model.ts';
import { type PromptPieces, plain } from './prompt-pieces.ts';
import { problemText, testsText } from './task-text.ts';

// Stands for the user's words while the template is rendered; split there, they can be tokenized as plain text.
const place = 'tracewise-user-content';

/**
 * The model's own chat template. Only the template's text may hold control tokens: the task's words and the
 * signal (which programs may have printed) are plain text. Throws ERR_OPTIONS where the model has no template.
 */
export function chatPrompt(
  task: Task,
  renderChat: (messages: readonly ChatMessage[]) => string | undefined,
): Pick<PromptPieces, 'head' | 'tail'> {
  const rendered = renderChat([{ role: 'user', content: place }]);
  const parts = rendered?.split(place);
  if (parts?.length !== 2) {
    throw new TracewiseError(
      'ERR_OPTIONS',
      rendered === undefined
        ? 'Expected a model with a chat template for `prompt: "chat"` but this one has none; use "few-shot" or "step-by-step"'
        : 'Expected a chat template that shows the user\'s message once; use `prompt: "few-shot"` or "step-by-step"',
    );
  }
  const [before = '', after = ''] = parts;
  const content = `Write a Python program that solves this problem and passes the tests. Answer with one Python code block.\n\n### Problem\n${problemText(task)}\n### Tests\n${testsText(task)}\n`;
  return {
    head: [{ text: before, special: true }, plain(content)],
    tail: [plain('\nGive the program now.'), { text: after, special: true }],
  };
}
