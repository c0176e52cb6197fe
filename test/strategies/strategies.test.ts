import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedModel } from '../../src/embedded-model.ts';
import { createRunner } from '../../src/execution/create-runner.ts';
import type { LlamaEngine } from '../../src/llama/llama-engine.ts';
import type { ProgramRunner } from '../../src/program-runner.ts';
import { bestOfN } from '../../src/strategies/best-of-n.ts';
import { greedy } from '../../src/strategies/greedy.ts';
import { majorityVote } from '../../src/strategies/majority-vote.ts';
import type { SamplingSetup } from '../../src/strategies/sampling.ts';
import { readTask } from '../../src/task/read-task.ts';
import { endPiece, type NextPieces, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner, type ScriptedRunnerOptions } from '../../src/testing/scripted-runner.ts';
import { testEngine } from '../support/engine.ts';

const task = { text: 'Add one.', entryPoint: 'f', tests: ['assert f(1) == 2', 'assert f(4) == 5'] };
const weights = { 'x - 1\n': 0.55, 'x + 1\n': 0.25, '1 + x\n': 0.15, 'x / 0\n': 0.05 };

function setup(run: ScriptedRunnerOptions['run']) {
  const engine = new ScriptedModel({
    next: (text) => {
      const answer = text.slice(text.lastIndexOf('```python\n') + 10);
      if (answer.endsWith('def f(')) return 'x):\n    return ';
      if (answer.endsWith('return ')) return weights;
      return answer.endsWith('\n') ? '```' : endPiece;
    },
  });
  const runner = new ScriptedRunner({ run });
  return { engine, runner, prompt: 'few-shot', beginAnswer: 'header', temperature: 1, topP: 1 } as const;
}

const written = (program: string) => program.slice(program.indexOf('return ') + 7).trim();
const run: ScriptedRunnerOptions['run'] = (program, test) => {
  const x = test.kind === 'assert' && test.source.includes('(1)') ? 1 : 4;
  const returned = { 'x - 1': x - 1, 'x + 1': x + 1, '1 + x': x + 1 }[written(program)];
  if (returned === undefined)
    return { outcome: 'raised', exception: { type: 'ZeroDivisionError', message: '' } };
  return { outcome: returned === x + 1 ? 'passed' : 'failed', returned: String(returned) };
};

describe('greedy', () => {
  it('is the likeliest program', async () => {
    const result = await greedy(task, setup(run));
    expect(result).toMatchObject({ solved: false, guidedTokens: 0, candidateTokens: 0 });
    expect(written(result.program)).toBe('x - 1');
  });
});

describe('bestOfN', () => {
  it('starts with the greedy program and ends with the first that passes', async () => {
    const { solved, chosen, runs } = await bestOfN(task, { ...setup(run), samples: 50 });
    expect(solved).toBe(true);
    expect(written(runs[0]!.program)).toBe('x - 1');
    expect(runs.slice(0, chosen).every((sample) => sample?.solved === false)).toBe(true);
    expect(runs.slice(chosen + 1).every((sample) => sample === undefined)).toBe(true);
  });

  it('follows from its seed', async () => {
    const programs = async (seed: number) => {
      const result = await majorityVote(task, { ...setup(run), samples: 12, seed, greedyFirst: false });
      return result.runs.map((sample) => written(sample!.program));
    };
    expect(await programs(1)).toEqual(await programs(1));
    expect(await programs(1)).not.toEqual(await programs(2));
    // Sample i of seed 1 is sample i − 1 of seed 2.
    expect((await programs(1)).slice(1)).toEqual((await programs(2)).slice(0, -1));
  });
});

describe('samples', () => {
  it('have at most so many tokens each', async () => {
    const { runs } = await bestOfN(task, { ...setup(run), samples: 3, budget: { newTokens: 2 } });
    expect(runs.map((sample) => [sample?.endedBy, sample?.newTokens])).toEqual(
      Array(3).fill(['new-tokens', 2]),
    );
  });

  it.each([-1, 1.5, 2 ** 33])('have no seed %d', (seed) => {
    expect(() => bestOfN(task, { ...setup(run), samples: 2, seed })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('seed') }),
    );
  });

  it('are not drawn the way of the paper, which draws no answers', () => {
    // @ts-expect-error
    const faithful: SamplingSetup = { ...setup(run), samples: 2, faithful: true };
    expect(() => bestOfN(task, faithful)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('majorityVote', () => {
  it('takes the largest group by what the calls gave, whatever the tests expect', async () => {
    const result = await majorityVote(task, { ...setup(run), samples: 60 });
    expect(result.runs.every((sample) => sample !== undefined)).toBe(true);
    expect(result).toMatchObject({ solved: false, testsPassed: 0 });
    expect(written(result.program)).toBe('x - 1');
  });

  it('groups programs that are written differently and do the same', async () => {
    const even: ScriptedRunnerOptions['run'] = (program, test, request) => {
      // `x - 1` and `x / 0`, 60 % together, raise; of the rest, both ways to write it count as one.
      if (/x - 1|x \/ 0/.test(program)) return { outcome: 'raised' };
      return run(program, test, request);
    };
    const result = await majorityVote(task, { ...setup(even), samples: 60 });
    expect(result.solved).toBe(true);
  });

  it('leaves out programs that were cut off, unless all were', async () => {
    // A cut that still parses gives None on every call, as every other such cut does.
    const engine = new ScriptedModel({
      next: (text): NextPieces => {
        const answer = text.slice(text.lastIndexOf('```python\n') + 10);
        if (answer.endsWith('def f(')) return 'x):\n    y = 0\n';
        if (answer.endsWith('return ')) return { 'x + 1\n': 0.5, '1 + x\n': 0.5 };
        if (answer.includes('return')) return answer.endsWith('\n') ? '```' : endPiece;
        return { '    y = y + 1\n': 0.9, '    return ': 0.1 };
      },
    });
    const cutOff: ScriptedRunnerOptions['run'] = (program, test, request) =>
      program.includes('return') ? run(program, test, request) : { outcome: 'failed', returned: 'None' };
    const vote = (newTokens: number) =>
      majorityVote(task, {
        ...setup(cutOff),
        engine,
        samples: 12,
        greedyFirst: false,
        budget: { newTokens },
      });
    const some = await vote(8);
    const cut = some.runs.filter((sample) => sample?.endedBy === 'new-tokens');
    expect(cut.length).toBeGreaterThan(6);
    expect(cut.length).toBeLessThan(12);
    expect(some).toMatchObject({ solved: true, endedBy: 'end-of-code' });
    const none = await vote(2);
    expect(none).toMatchObject({ chosen: 0, endedBy: 'new-tokens' });
  });

  it('takes the first where nothing runs at all', async () => {
    const result = await majorityVote(task, { ...setup(() => ({ outcome: 'timed-out' })), samples: 3 });
    expect(result).toMatchObject({ chosen: 0, solved: false });
  });
});

describe('on the embedded model', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../examples/tasks/longest-flip.json'), 'utf8');
  const example = readTask(source);
  let engine: LlamaEngine;
  let runner: ProgramRunner;

  beforeAll(async () => {
    runner = await createRunner({ maxWorkers: 1 });
    engine = await testEngine();
  });
  afterAll(async () => {
    await engine?.dispose();
    await runner?.dispose();
  });

  it('evaluates the prompt once for all samples, and votes by what real calls return', async () => {
    const setup = { engine, runner, ...embeddedModel.options, samples: 4 };
    const { runs, rows } = await majorityVote(example, setup);
    const alone = await greedy(example, { engine, runner, ...embeddedModel.options });
    for (const sample of runs) {
      expect(sample!.rows).toBeLessThan(sample!.newTokens + 8);
      expect(sample!.results.every(({ outcome, returned }) => outcome !== 'passed' || returned)).toBe(true);
    }
    const prompt = alone.rows - alone.newTokens;
    expect(rows).toBeGreaterThan(prompt);
    expect(rows).toBeLessThan(prompt + 4 * 8 + runs.reduce((sum, sample) => sum + sample!.newTokens, 0));
    expect(engine.openSequences).toBe(0);
  });
});
