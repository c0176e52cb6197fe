import { expect, it } from 'vitest';
import { firstParsing } from '../../src/controller/first-parsing.ts';
import { keepPrograms } from '../../src/controller/keep-programs.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

const { signal } = new AbortController();

/** A runner that counts the texts it is asked for. */
function counting(parses?: (text: string) => boolean) {
  const runner = new ScriptedRunner({ run: () => ({}), ...(parses && { parses }) });
  const parse = runner.parse.bind(runner);
  let asked = 0;
  runner.parse = (attempts, options) => {
    asked += attempts.flat().length;
    return parse(attempts, options);
  };
  return { runner, asked: () => asked };
}

it('gives of each list the first text that parses, however far behind', async () => {
  const { runner } = counting((text) => text.endsWith('!'));
  const listTo = (at: number) => Array.from({ length: 200 }, (_, i) => `${i}${i >= at ? '!' : ''}`);
  const found = await firstParsing([listTo(0), listTo(150), listTo(200), []], runner, signal);
  expect(found.map((one) => one?.text)).toEqual(['0!', '150!', undefined, undefined]);
});

it('a long program is not sent once for each of its lines', async () => {
  const { runner, asked } = counting();
  const codeSoFar = `def f(x):\n${'    x += 1\n'.repeat(300)}`;
  const candidate = (text: string) => ({ text, tokens: [], logprob: 0 });
  const kept = await keepPrograms(
    [candidate('    y = (\n    z'), candidate('    return x\n'), candidate('    while x:\n')],
    { runner, codeSoFar, name: 'f', options: { executedText: 'written' }, signal },
  );
  expect(kept.map(({ outcome }) => outcome)).toEqual(['kept', 'kept', 'duplicate']);
  expect(asked()).toBeLessThan(50);
});
