import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { LiveView } from '../../src/cli/live-view.ts';
import { solve } from '../../src/controller/solve.ts';
import { parseTask } from '../../src/task/task.ts';
import { endPiece, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

it('shows what was tried, with what outcome, and the lines; control characters stay text', async () => {
  const task = parseTask({ id: 't', text: 'x', entryPoint: 'f', tests: ['assert f(1) == 2'] });
  const engine = new ScriptedModel({
    next: (text) => {
      const answer = text.slice(text.lastIndexOf('```python\n') + 10);
      if (answer.endsWith('f(')) return 'x):\n';
      if (answer.endsWith('x):\n')) return '    return x\u001b[2J\n';
      return endPiece;
    },
  });
  const runner = new ScriptedRunner({
    run: () => ({ outcome: 'failed', call: 'f(1)', returned: '1', expected: '2\u0007' }),
  });
  let shown = '';
  const out = new Writable({
    write(chunk, _encoding, done) {
      shown += chunk;
      done();
    },
  });
  const view = new LiveView(out);
  for await (const event of solve(task, {
    engine,
    runner,
    prompt: 'few-shot',
    beginAnswer: 'header',
    candidates: 1,
  }))
    view.show(event);
  expect(shown.replace(/\d+ (rows|spared)/g, 'N $1').replace(/\d+\.\d s/, '0.0 s')).toMatchInlineSnapshot(`
    "t: f · scripted · scripted
    γ 1 · 1 candidates of 3 lines at t 0.8 · seed 0
      1 def f(x):
        · return x\\x1b[2J  0/1  f(1) gives 1, not 2\\x07
      2     return x\\x1b[2J
        ·   0/1  f(1) gives 1, not 2\\x07
    not solved: 0 of 1 tests pass (end-of-code)
    2 tokens, 1 guided, 0 changed · N rows, N spared · 2 executions · 0.0 s
    "
  `);
  expect(shown).not.toMatch(/[^\P{Cc}\t\n]/u);
});
