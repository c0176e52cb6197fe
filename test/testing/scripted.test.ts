import { describe, expect, it } from 'vitest';
import { solve } from '../../src/index.ts';
import { endPiece, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

const runner = new ScriptedRunner({ run: () => ({ outcome: 'failed' }) });

describe('the scripted model', () => {
  // At 0.5 both pieces weigh the same, and the one that was met first is taken.
  it.each([
    [0.5, 'pass'],
    [1, 'return x'],
    [1.5, 'return x'],
  ])(
    'guides where the streams have no piece in common: at γ = %s to `%s`',
    async (guidanceStrength, line) => {
      const engine = new ScriptedModel({
        next: (text) => {
          if (text.endsWith('def f(')) return 'x):\n';
          if (text.endsWith('x):\n')) return text.includes('Trial runs') ? '    return x\n' : '    pass\n';
          return endPiece;
        },
      });
      const { program } = await solve(
        { text: 'Give it back.', tests: ['assert f(1) == 1'] },
        { engine, runner, guidanceStrength, stopOnPass: false, beginAnswer: 'header' },
      );
      expect(program).toBe(`def f(x):\n    ${line}\n`);
    },
  );

  it('leaves a piece of probability 0 impossible', async () => {
    const engine = new ScriptedModel({ next: () => ({ a: 1, b: 0 }) });
    const sequence = engine.openSequence();
    sequence.append(engine.tokenize('x'));
    const logits = await engine.readLogits(sequence);
    expect([...logits]).toEqual([-30, 0, -Infinity]);
  });
});

describe('the scripted runner', () => {
  it.each([
    ['def f(x):\n    y = x  # note:\n    return y\n', true],
    ['def f(x):  # note\n    return x\n', true],
    ['def f(x):\n    return "a:"\n', true],
    ['def f(x):\n', false],
    ['def f(x):  # note:\n', false],
    ['def f(x):\n    return [x\n', false],
  ])('takes %j for a program: %s', async (text, parses) => {
    const [parsed] = await runner.parse([[text]]);
    expect(parsed !== undefined).toBe(parses);
  });
});
