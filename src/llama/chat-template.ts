import { Template } from '@huggingface/jinja';
import { TracewiseError } from '../errors.ts';
import type { ChatMessage } from '../token-model.ts';

// The day that Llama 3.1's template names where it is told none.
const sameDay: Readonly<Record<string, string>> = {
  '%Y': '2024',
  '%m': '07',
  '%d': '26',
  '%b': 'Jul',
  '%B': 'July',
  '%a': 'Fri',
  '%A': 'Friday',
  '%H': '12',
  '%M': '00',
  '%S': '00',
  '%%': '%',
};

// Set, since `render` takes no variable of a global's name. The newline goes with its block, as any behind one does.
const withSameDay = '{% set strftime_now = on_the_same_day %}\n';

/**
 * Renders a model's own chat template, which is Jinja; llama.cpp's C function knows a few by name only. A template that
 * asks for today's date gets 26 July 2024, so that a run repeats from its seed on another day.
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
      this.#template ??= new Template(withSameDay + this.#source);
      return this.#template.render({
        ...this.#tokens,
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        on_the_same_day: (format: string) => format.replace(/%./g, (part) => sameDay[part] ?? part),
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
