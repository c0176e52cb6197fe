import { buildPrompt } from '../prompt/build-prompt.ts';
import type { AttemptSetup } from './attempt-setup.ts';
import { Streams } from './streams.ts';

/** A prompt that stays in the model's cache until it is disposed of. */
export type HeldPrompt = Pick<Streams, 'rows' | 'dispose'>;

/** Evaluates a task's prompt once, for runs that come one after another: while it is held they share its cells. */
export async function holdPrompt({
  task,
  options,
  model,
  signal,
}: Pick<AttemptSetup, 'task' | 'options' | 'model' | 'signal'>): Promise<HeldPrompt> {
  const prompt = new Streams(
    model,
    buildPrompt(task, options, (messages) => model.renderChat(messages)),
    { together: false },
  );
  try {
    await model.readLogits(prompt.unconditional, { signal });
    return prompt;
  } catch (reason) {
    prompt.dispose();
    throw reason;
  }
}
