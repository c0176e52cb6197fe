import { describe, expect, it } from 'vitest';
import { ChatTemplate } from '../../src/llama/chat-template.ts';
import { testEngine } from '../support/engine.ts';
import { randomModel } from '../support/random-model.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

const folder = scratchFolder();
const chatml = `{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}`;

describe('the chat template', () => {
  it('is the model’s own', async () => {
    await using engine = await testEngine({
      modelPath: randomModel(folder, 'chat', { chatTemplate: chatml }),
    });
    expect(
      engine.renderChat([
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi {{ there }}' },
      ]),
    ).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi {{ there }}<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('may be missing', async () => {
    await using engine = await testEngine();
    expect(engine.renderChat([{ role: 'user', content: 'Hi' }])).toBeUndefined();
  });

  it('knows the begin and end tokens', () => {
    const template = new ChatTemplate("{{ bos_token }}{{ messages[0]['content'] }}{{ eos_token }}", {
      beginText: '<s>',
      endText: '</s>',
    });
    expect(template.render([{ role: 'user', content: 'x' }])).toBe('<s>x</s>');
  });

  it('gets the same date each day', () => {
    const source = `{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}
{{- "Today Date: " + date_string }} {{ strftime_now('%A, %B %d %Y-%m-%d %H:%M:%S, 100 %%') }}`;
    const message = [{ role: 'user', content: 'x' }] as const;
    expect(new ChatTemplate(source, {}).render(message)).toBe(
      'Today Date: 26 Jul 2024 Friday, July 26 2024-07-26 12:00:00, 100 %',
    );
  });

  it('keeps the blanks and newlines that a template begins with', () => {
    const rendered = ['\n\nx', '  x', '\n  {% if true %}\nx{% endif %}', 'x'].map((source) =>
      new ChatTemplate(source, {}).render([]),
    );
    expect(rendered).toEqual(['\n\nx', '  x', '\nx', 'x']);
  });

  it('may refuse the messages', () => {
    const template = new ChatTemplate("{{ raise_exception('no system role') }}", {});
    expect(() => template.render([{ role: 'system', content: 'x' }])).toThrow(
      expect.objectContaining({
        code: 'ERR_MODEL_UNSUPPORTED',
        message: expect.stringContaining('no system role'),
      }),
    );
    expect(() => new ChatTemplate('{% if', {}).render([])).toThrow(
      expect.objectContaining({ code: 'ERR_MODEL_UNSUPPORTED' }),
    );
  });
});
