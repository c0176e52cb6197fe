import { Template } from '@huggingface/jinja';
import { TracewiseError } from '../errors.ts';
import type { ChatMessage } from '../token-model.ts';

/**
 * Renders a model's own chat template, which is Jinja; llama.cpp's C function knows a few by name only.
 * Throws a TracewiseError (ERR_MODEL_UNSUPPORTED) for a template that cannot be read or refuses the messages.
 */
export class ChatTemplate {
  readonly #source: string;
  readonly #tokens: { bos_token: string; eos_token: string };
  #template: Template | undefined;

  constructor(
    source: string,
    { beginText = '', endText = '' }: { beginText?: string | undefined; endText?: string | undefined },
  ) {
    this.#source = source;
    this.#tokens = { bos_token: beginText, eos_token: endText };
  }

  render(messages: readonly ChatMessage[]): string {
    try {
      this.#template ??= new Template(this.#source);
      return this.#template.render({
        ...this.#tokens,
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
      });
    } catch (cause) {
      throw new TracewiseError(
        'ERR_MODEL_UNSUPPORTED',
        `Expected the model's chat template to take these messages but received: ${(cause as Error).message}; use another prompt shape`,
        { cause },
      );
    }
  }
}
