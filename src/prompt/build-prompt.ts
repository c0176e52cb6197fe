import type { PromptShape } from '../option-names.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Task } from '../task/task.ts';
import type { ChatMessage } from '../token-model.ts';
import { chatPrompt } from './chat.ts';
import { embeddedPrompt } from './embedded.ts';
import { fewShotPrompt } from './few-shot.ts';
import { type PromptPieces, plain } from './prompt-pieces.ts';
import { stepByStepPrompt } from './step-by-step.ts';

type RenderChat = (messages: readonly ChatMessage[]) => string | undefined;

/** The prompt of a task in the shape and with the beginning that the options ask for. */
export function buildPrompt(
  task: Task,
  { prompt, beginAnswer }: Pick<ResolvedOptions, 'prompt' | 'beginAnswer'>,
  renderChat: RenderChat,
): PromptPieces {
  const { head, tail } = shapeOf(prompt, task, renderChat);
  const fenced = beginAnswer !== 'nothing';
  return {
    head,
    tail: fenced ? [...tail, plain('```python\n')] : tail,
    fenced,
    begun: beginAnswer === 'header' ? task.preamble + begunHeader(task) : '',
  };
}

function begunHeader({ signature = '', entryPoint }: Task): string {
  if (/^\s*class\s/.test(signature)) return `class ${entryPoint}`;
  return `${/^\s*async\s/.test(signature) ? 'async def' : 'def'} ${entryPoint}(`;
}

function shapeOf(
  shape: PromptShape,
  task: Task,
  renderChat: RenderChat,
): Pick<PromptPieces, 'head' | 'tail'> {
  switch (shape) {
    case 'few-shot':
      return fewShotPrompt(task);
    case 'step-by-step':
      return stepByStepPrompt(task);
    case 'embedded':
      return embeddedPrompt(task);
    case 'chat':
      return chatPrompt(task, renderChat);
    case 'auto':
      return renderChat([{ role: 'user', content: 'x' }]) === undefined
        ? fewShotPrompt(task)
        : chatPrompt(task, renderChat);
  }
}
