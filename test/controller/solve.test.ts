import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SignalRewriter } from '../../src/controller/attempt-setup.ts';
import { foldRun } from '../../src/controller/fold-run.ts';
import { type SolveSetup, solve } from '../../src/controller/solve.ts';
import type { RunEvent } from '../../src/events.ts';
import { endPiece, ScriptedModel, type ScriptedModelOptions } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner, type ScriptedRunnerOptions } from '../../src/testing/scripted-runner.ts';

const task = {
  id: 't',
  text: 'Add one to x.',
  entryPoint: 'f',
  tests: ['assert f(1) == 2', 'assert f(4) == 5'],
};

/**
 * A model that knows the header, then wavers between two bodies: 60 % wrong (`x - 1`), 40 % right (`x + 1`).
 * Once it reads in the signal that `x + 1` did as expected it is 90 % for that.
 */
const wavering: ScriptedModelOptions['next'] = (text) => {
  const answer = text.slice(text.lastIndexOf('```python\n') + 10);
  const isTold = /y = x \+ 1[\s\S]*as expected/.test(text);
  if (answer === '') return 'def f';
  if (answer === 'def f') return '(';
  if (answer.endsWith('def f(')) return 'x):\n';
  if (answer.endsWith('x):\n'))
    return { '    y = x - 1\n': isTold ? 0.1 : 0.6, '    y = x + 1\n': isTold ? 0.9 : 0.4 };
  if (/y = x . 1\n$/.test(answer)) return '    return y\n';
  if (answer.endsWith('return y\n')) return '```';
  return endPiece;
};

const honest: ScriptedRunnerOptions['run'] = (program) => {
  if (!program.includes('return'))
    return { outcome: 'failed', returned: 'None', expected: '2', call: 'f(1)' };
  return program.includes('x + 1')
    ? { call: 'f(1)', returned: '2', expected: '2' }
    : { outcome: 'failed', call: 'f(1)', returned: '0', expected: '2' };
};

function setup(options: Omit<Partial<SolveSetup>, 'engine' | 'runner'> = {}, next = wavering, run = honest) {
  const engine = new ScriptedModel({ next });
  const runner = new ScriptedRunner({ run });
  return {
    engine,
    runner,
    prompt: 'few-shot' as const,
    beginAnswer: 'header' as const,
    stopOnPass: false,
    candidates: 8,
    ...options,
  };
}

async function eventsOf(run: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

const withoutTime = (events: RunEvent[]) =>
  events.map(({ elapsedMs, ...event }) => ({ ...event, elapsedMs: elapsedMs >= 0 }));

describe('solve', () => {
  it('writes the wrong program unguided and the right one guided', async () => {
    const plain = await solve(task, setup({ guidanceStrength: 0 }));
    expect(plain).toMatchObject({
      solved: false,
      program: 'def f(x):\n    y = x - 1\n    return y\n',
      testsPassed: 0,
      guidedTokens: 0,
      endedBy: 'end-of-code',
    });
    const guided = await solve(task, setup({ guidanceStrength: 1.5 }));
    expect(guided).toMatchObject({
      solved: true,
      program: 'def f(x):\n    y = x + 1\n    return y\n',
      testsPassed: 2,
      changedTokens: 1,
    });
  });

  it.each([0.5, 1, 3])('is guided by γ = %s as well', async (guidanceStrength) => {
    expect(await solve(task, setup({ guidanceStrength }))).toMatchObject({ solved: true });
  });

  it('ends with the first candidate that passes, when told to', async () => {
    const result = await solve(task, setup({ stopOnPass: true }));
    expect(result).toMatchObject({
      solved: true,
      endedBy: 'candidate-passed',
      program: 'def f(x):\n    y = x + 1\n    return y\n',
    });
    expect(result.newTokens).toBeLessThan(3);
  });

  it('emits the same events twice, gapless and foldable to the result', async () => {
    const run = solve(task, setup({ seed: 5 }));
    const events = await eventsOf(run);
    const again = await eventsOf(solve(task, setup({ seed: 5 })));
    expect(withoutTime(again)).toEqual(withoutTime(events));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
    expect(foldRun(events)).toEqual(await run);
    expect(await eventsOf(run)).toEqual(events);
  });

  it('says line by line what it did', async () => {
    const events = await eventsOf(solve(task, setup({ candidates: 2 })));
    expect(events.map(({ type }) => type).join(' ')).toMatchInlineSnapshot(
      `"run-start line-start token line-end line-start candidate-end candidate-end execution-end signal-set token line-end line-start candidate-end candidate-end execution-end signal-set token line-end line-start candidate-end candidate-end execution-end signal-set token line-end run-end"`,
    );
  });

  it('leaves no sequence open: solved, aborted, failed', async () => {
    for (const options of [{}, { signal: AbortSignal.timeout(3) }]) {
      const at = setup(options);
      await solve(task, at).result.catch(() => {});
      expect(at.engine.openSequences.size).toBe(0);
    }
    const broken = setup({}, undefined, () => {
      throw new Error('runner broke');
    });
    await expect(solve(task, broken)).rejects.toThrow('runner broke');
    expect(broken.engine.openSequences.size).toBe(0);
  });

  it('rejects with the reason of an abort, on iteration and on awaiting', async () => {
    const reason = new Error('enough');
    const run = solve(task, setup());
    setTimeout(() => run.abort(reason), 2);
    await expect(eventsOf(run)).rejects.toBe(reason);
    await expect(run).rejects.toBe(reason);
    await expect(solve(task, setup({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it.each([
    [{ newTokens: 2 }, 'new-tokens'],
    [{ modelTokens: 400 }, 'model-tokens'],
    [{ executions: 3 }, 'executions'],
  ] as const)('keeps the budget %j', async (budget, endedBy) => {
    const result = await solve(task, setup({ budget }));
    expect(result.endedBy).toBe(endedBy);
    expect(result.solved).toBe(false);
    expect(result.results).toHaveLength(2);
  });

  it('keeps a budget of rows within the candidates of a refresh', async () => {
    // Candidates that go on without a newline, in many words, since two that draw alike are one row.
    const endless: typeof wavering = (text) =>
      text.endsWith('def f(') ? 'x):\n    ' : { 'a ': 0.25, 'b ': 0.25, 'c ': 0.25, 'd ': 0.25 };
    const budget = { modelTokens: 900 };
    const { rows, endedBy, candidateTokens } = await solve(
      task,
      setup({ budget, speculation: false }, endless),
    );
    expect(endedBy).toBe('model-tokens');
    expect(candidateTokens).toBeGreaterThan(100);
    expect(rows).toBeLessThan(900 + 8);
  });

  it('reads no signal that its budget of rows has no room for', async () => {
    const options = { candidates: 2, guidanceStrength: 1.5, speculation: false };
    const events = await eventsOf(solve(task, setup(options)));
    const { counters } = events.at(-1) as Extract<RunEvent, { type: 'run-end' }>;
    const { promptTokens } = events[0] as Extract<RunEvent, { type: 'run-start' }>;
    expect(counters.rows).toBeGreaterThan(promptTokens + 150);
    for (let modelTokens = promptTokens + 1; modelTokens < counters.rows; modelTokens += 7) {
      const { rows, endedBy } = await solve(task, setup({ ...options, budget: { modelTokens } }));
      expect(endedBy).toBe('model-tokens');
      expect(rows).toBeLessThan(modelTokens + 2);
    }
  });

  it('keeps a wall-clock budget and still judges what stands', async () => {
    const result = await solve(
      task,
      setup({ budget: { wallClockMs: 20 } }, () => '    x = 1\n'),
    );
    expect(result).toMatchObject({ endedBy: 'wall-clock', testsTotal: 2 });
  });

  it('judges to the end what a budget meets in the middle of it, and lets go at an abort', async () => {
    class SlowJudge extends ScriptedRunner {
      override async run(...[request, options]: Parameters<ScriptedRunner['run']>) {
        if (!request.trace) await sleep(60, undefined, { signal: options?.signal });
        return super.run(request);
      }
    }
    const slow = (options: Partial<SolveSetup>) => ({
      ...setup({ guidanceStrength: 0, ...options }),
      runner: new SlowJudge({ run: honest }),
    });
    const result = await solve(task, slow({ budget: { wallClockMs: 30 } }));
    expect(result).toMatchObject({ endedBy: 'end-of-code', testsTotal: 2 });
    const run = solve(task, slow({}));
    setTimeout(() => run.abort(new Error('enough')), 30);
    await expect(run).rejects.toThrow(/enough|aborted/);
  });

  it('waits for the header line before it samples; faithful samples for every token', async () => {
    const refreshes = async (options: Partial<SolveSetup>) =>
      (await eventsOf(solve(task, setup({ ...options, beginAnswer: 'fence' }))))
        .filter(({ type }) => type === 'signal-set')
        .map((event) => 'line' in event && event.line);
    expect(await refreshes({ guidanceStrength: 1 })).toEqual([1, 2, 3]);
    expect((await refreshes({ guidanceStrength: 1, faithful: true, stopOnPass: false })).slice(0, 2)).toEqual(
      [0, 1],
    );
  });

  it('refreshes every k lines', async () => {
    const lines: ScriptedModelOptions['next'] = (text) =>
      text.endsWith('(') ? '):\n' : (text.match(/ {4}a = 1\n/g) ?? []).length > 40 ? endPiece : '    a = 1\n';
    const events = await eventsOf(
      solve(
        task,
        setup({ refreshLines: 3, candidates: 1, horizonLines: 1, budget: { newTokens: 10 } }, lines),
      ),
    );
    expect(events.flatMap((event) => (event.type === 'signal-set' ? [event.line] : []))).toEqual([
      1, 3, 6, 9,
    ]);
  });

  it('writes the signal before the answer, in the conditional stream alone', async () => {
    const seen: string[] = [];
    await solve(
      task,
      setup({ guidanceStrength: 1.5 }, (text) => {
        seen.push(text);
        return wavering(text);
      }),
    );
    const conditional = seen.filter((text) => text.includes('### Trial runs'));
    expect(conditional.length).toBeGreaterThan(0);
    for (const text of conditional) {
      expect(text.indexOf('### Trial runs')).toBeGreaterThan(text.lastIndexOf('### Tests'));
      expect(text.indexOf('### Trial runs')).toBeLessThan(text.lastIndexOf('### Answer'));
      expect(text.endsWith(seen.find((other) => text.endsWith(other.slice(-20)))!.slice(-20))).toBe(true);
    }
    expect(seen.some((text) => !text.includes('### Trial runs') && text.includes('def f(x):\n'))).toBe(true);
  });

  it('decodes one stream alone for γ = 1', async () => {
    const at = setup({ guidanceStrength: 1 });
    const kinds: string[] = [];
    const choose = at.engine.choose.bind(at.engine);
    at.engine.choose = (request, options) => {
      kinds.push(request.kind);
      return choose(request, options);
    };
    await solve(task, at);
    expect(new Set(kinds)).toEqual(new Set(['sample']));
  });

  it.each([1, 3])(
    'guides at γ = %s only where the signal moves more probability than the gate',
    async (γ) => {
      // The signal moves half of it: from 40 % for the right line to 90 %.
      const open = await solve(task, setup({ guidanceStrength: γ, guidanceGate: 0.49 }));
      expect(open).toMatchObject({ solved: true, changedTokens: 1 });
      const shut = await solve(task, setup({ guidanceStrength: γ, guidanceGate: 0.51 }));
      expect(shut).toMatchObject({ solved: false, changedTokens: 0 });
    },
  );

  it('lets an experiment rewrite the signal, and nothing else', async () => {
    const at = setup({ guidanceStrength: 1.5 });
    const refreshes: number[] = [];
    const rewriteSignal: SignalRewriter = (entries, refresh) => {
      refreshes.push(refresh);
      return entries.map(({ program }) => ({ program, results: [] }));
    };
    const events = await eventsOf(solve(task, { ...at, rewriteSignal }));
    const texts = events.flatMap((event) => (event.type === 'signal-set' ? [event.text] : []));
    expect(texts[0]).toContain('y = x + 1');
    expect(texts.join()).not.toContain('as expected');
    expect(events.find((event) => event.type === 'execution-end')?.results).toHaveLength(2);
    expect(refreshes).toEqual(texts.map((_, i) => i));
    // Not told what the candidates did, the model writes what it would have written.
    expect(foldRun(events)).toMatchObject({ solved: false, changedTokens: 0 });
    const none = await solve(task, { ...setup({ guidanceStrength: 1.5 }), rewriteSignal: () => [] });
    expect(none).toMatchObject({ solved: false, guidedTokens: 0 });
  });

  it('counts what it has cost while it is under way', async () => {
    const run = solve(task, setup());
    expect(run.counters).toBeUndefined();
    const rows: number[] = [];
    for await (const { type } of run) if (type === 'token') rows.push(run.counters!.rows);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(run.counters).toMatchObject({ rows: (await run).rows });
  });

  it('runs the whole program, imports and helpers included', async () => {
    const at = setup({ beginAnswer: 'fence' }, (text) => {
      const answer = text.slice(text.lastIndexOf('```python\n') + 10);
      const lines = [
        'import math\n',
        'def g(x):\n',
        '    return x\n',
        'def f(x):\n',
        '    return g(x)\n',
        '```',
      ];
      return lines.find((_, i) => answer === lines.slice(0, i).join('')) ?? endPiece;
    });
    const result = await solve(task, at);
    expect(result.program).toBe('import math\ndef g(x):\n    return x\ndef f(x):\n    return g(x)\n');
    expect(at.runner.requests.length).toBeGreaterThan(1);
    for (const { program } of at.runner.requests) expect(program.startsWith('import math\n')).toBe(true);
  });

  it('lets the model think before it opens the fence', async () => {
    const pieces = [
      'Let me see.\n',
      '```python\n',
      'print(1)\n',
      '```\n',
      'Or so:\n',
      '```python\n',
      'def f(x):\n',
      '    y = x + 1\n    return y\n',
      '```\n',
    ];
    const next: ScriptedModelOptions['next'] = (text) => {
      const answer = text.slice(text.lastIndexOf('### Answer\n') + 11);
      return pieces.find((_, i) => answer === pieces.slice(0, i).join('')) ?? endPiece;
    };
    const result = await solve(task, setup({ beginAnswer: 'nothing' }, next));
    expect(result).toMatchObject({
      solved: true,
      program: 'def f(x):\n    y = x + 1\n    return y\n',
      endedBy: 'end-of-code',
    });
  });

  it('goes on where no candidate parses', async () => {
    const next: ScriptedModelOptions['next'] = (text) =>
      text.endsWith('def f(')
        ? 'x,\n'
        : text.endsWith('x,\n')
          ? '(((\n'
          : text.endsWith('(((\n')
            ? endPiece
            : wavering(text);
    const events = await eventsOf(solve(task, setup({}, next)));
    expect(events.flatMap((event) => (event.type === 'signal-set' ? [event.text] : []))).toEqual(['', '']);
    expect(events.at(-1)).toMatchObject({ type: 'run-end', endedBy: 'end-of-code' });
  });

  it('shows no longer signal than both streams have room for behind one prompt', async () => {
    // Letter by letter, so that the code soon takes more than what is kept free for a line.
    const next: ScriptedModelOptions['next'] = (text) => {
      const answer = text.slice(text.lastIndexOf('```python\n') + 10);
      if (answer.split('\n').length > 12) return endPiece;
      const line = answer.includes('\n') ? '    y = 1000 + 1000 + 1000 + ?\n' : 'def f(x):\n';
      const letter = line[answer.length - (answer.lastIndexOf('\n') + 1)]!;
      return letter === '?' ? { x: 0.4, y: 0.3, z: 0.3 } : letter;
    };
    const wordy: ScriptedRunnerOptions['run'] = (program) => ({
      outcome: 'failed',
      call: 'f(1)',
      returned: `${program.length} ${'x '.repeat(5)}`,
    });
    const contextTokens = 1000;
    const run = solve(task, {
      ...setup({ guidanceStrength: 1.5, signalForm: 'final' }, next, wordy),
      engine: new ScriptedModel({ next, contextTokens, maxSequenceTokens: contextTokens }),
    });
    const signals: number[] = [];
    for await (const event of run) if (event.type === 'signal-set') signals.push(event.tokens);
    expect(Math.max(...signals)).toBeGreaterThan(200);
    expect((await run).endedBy).toBe('end-of-code');
  });

  it('says at once what is wrong with a task, an option, an engine that is too small', async () => {
    expect(() => solve({ ...task, tests: [] }, setup())).toThrow(/visible test/);
    expect(() => solve(task, setup({ guidanceStrength: -1 }))).toThrow(/guidanceStrength/);
    expect(() => solve(task, { ...setup(), candiates: 3 } as never)).toThrow(/candiates/);
    expect(() => solve(task, setup({ faithful: true, epsilon: 0.5 }))).toThrow(/faithful/);
    await expect(solve(task, setup({ candidates: 63 }))).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    await expect(solve(task, setup({ prompt: 'chat' }))).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    const small = { ...setup(), engine: new ScriptedModel({ next: wavering, maxSequenceTokens: 100 }) };
    await expect(solve(task, small)).rejects.toMatchObject({ code: 'ERR_PROMPT_TOO_LONG' });
  });
});
