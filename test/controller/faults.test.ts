import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { race } from '../../src/agents/race.ts';
import { type SolveSetup, solve } from '../../src/controller/solve.ts';
import type { RunEvent } from '../../src/events.ts';
import type { SolveOptions } from '../../src/options.ts';
import type { ExecutionRequest } from '../../src/program-runner.ts';
import { bestOfN } from '../../src/strategies/best-of-n.ts';
import { endPiece, type NextPieces, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner, type ScriptedRunnerOptions } from '../../src/testing/scripted-runner.ts';

const task = { id: 't', text: 'x', entryPoint: 'f', tests: ['assert f(1) == 2', 'assert f(4) == 2'] };
const wrong: ScriptedRunnerOptions['run'] = () => ({ outcome: 'failed', call: 'f(1)', returned: '1' });
const base = { prompt: 'few-shot', beginAnswer: 'header', guidanceStrength: 1.5, candidates: 2 } as const;

/** A model that writes pieces one after another; of a pair the second where it reads a signal. */
function writing(pieces: readonly (NextPieces | readonly [NextPieces, NextPieces])[]) {
  return (text: string): NextPieces => {
    const told = /### (Trial runs|Signal)/.test(text);
    let rest = text.slice(text.lastIndexOf('```python\n') + 10);
    for (const piece of pieces) {
      const now = Array.isArray(piece) ? piece[told ? 1 : 0]! : piece;
      const choices = typeof now === 'string' ? [now] : Object.keys(now);
      const hit = choices.find((choice) => rest.startsWith(choice));
      if (rest === '' || hit === undefined) return now as NextPieces;
      rest = rest.slice(hit.length);
    }
    return endPiece;
  };
}

const plainBody = ['def f(', 'x):\n', '    return x\n', '```'];

async function eventsOf(pieces: Parameters<typeof writing>[0], options: Partial<SolveSetup> = {}, on = task) {
  const engine = new ScriptedModel({ next: writing(pieces) });
  const run = solve(on, { ...base, engine, runner: new ScriptedRunner({ run: wrong }), ...options });
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  return { events, result: await run };
}

describe('tokens are the same with speculation and without it', () => {
  async function programs(
    pieces: Parameters<typeof writing>[0],
    options: SolveOptions,
    run: ScriptedRunnerOptions['run'] = wrong,
  ) {
    const runs = [false, true].map((speculation) => {
      const engine = new ScriptedModel({ next: writing(pieces) });
      return solve(task, { ...base, engine, runner: new ScriptedRunner({ run }), ...options, speculation });
    });
    return Promise.all(
      runs.map(async (run) => {
        const { program, changedTokens } = await run;
        return { program, changedTokens };
      }),
    );
  }

  it('behind the function, where guidance ends within what was verified', async () => {
    const pieces = ['def f(', 'x', '):', '\n', '    ', 'return', ' ', '2', '\n', 'assert'];
    const asserted = [
      { ' f(4)': 0.9, ' f(5)': 0.1 },
      { ' f(4)': 0.1, ' f(5)': 0.9 },
    ] as const;
    const [without, speculating] = await programs([...pieces, asserted, ' == 2', '\n', '```'], {});
    expect(without!.program).toContain('assert f(4)');
    expect(speculating).toEqual(without);
  });

  it('where a signal comes within a line', async () => {
    const two = [
      { '2': 0.9, '3': 0.1 },
      { '2': 0.1, '3': 0.9 },
    ] as const;
    const [without, speculating] = await programs(
      ['def f(', 'x', '):', ' ', 'y=1;', 'return', ' ', two, '\n', '```'],
      { faithful: true, temperature: 3, topP: 1, candidates: 3 },
      (program) => {
        if (program.includes('2')) return { outcome: 'timed-out' };
        const at = { line: 1, depth: 2, functionName: 'f', changes: [] };
        const trace = [
          { ...at, event: 'call' as const },
          { ...at, event: 'return' as const, value: '3' },
        ];
        return { outcome: 'failed', call: 'f(1)', returned: '1', trace };
      },
    );
    expect(without!.program).toContain('return 3');
    expect(speculating).toEqual(without);
  });
});

describe('a choice that fails while candidates grow', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(() => void process.off('unhandledRejection', note));

  class Failing extends ScriptedModel {
    failsAt = Infinity;
    #calls = 0;
    override async chooseAlong(...request: Parameters<ScriptedModel['chooseAlong']>) {
      if (++this.#calls === this.failsAt) throw new Error('broken');
      const choices = await super.chooseAlong(...request);
      // The others come back later than the one that fails.
      await sleep(1);
      return choices;
    }
  }

  it('fails the run alone, after all sequences are at rest', async () => {
    const letters = Object.fromEntries([...'abcdefgh'].map((letter) => [letter, 1 / 8]));
    let failed = 0;
    for (let failsAt = 3; failsAt < 40; failsAt += 3) {
      const engine = new Failing({
        next: writing(['def f(', 'x):\n', '    ', letters, letters, letters, '\n', '```']),
      });
      engine.failsAt = failsAt;
      const runner = new ScriptedRunner({ run: wrong });
      const options = { ...base, candidates: 8, temperature: 1, topP: 1, speculation: false };
      await solve(task, { ...options, engine, runner }).then(undefined, (reason) => {
        expect(reason).toMatchObject({ message: 'broken' });
        expect(engine.openSequences.size).toBe(0);
        failed++;
      });
      await sleep(5);
    }
    expect(failed).toBeGreaterThan(5);
    expect(unhandled).toEqual([]);
  });
});

describe('an abort', () => {
  /** Takes its time for the final program. */
  class Slow extends ScriptedRunner {
    override async run(request: ExecutionRequest, options: { signal?: AbortSignal } = {}) {
      if (!request.trace)
        await sleep(20_000, undefined, options).catch(() => options.signal?.throwIfAborted());
      return super.run(request, {});
    }
  }
  const setup = () => ({
    engine: new ScriptedModel({ next: () => ' x' }),
    runner: new Slow({ run: wrong }),
  });
  const endless = { ...base, guidanceStrength: 0, budget: { newTokens: 1e6 } } as const;

  it('ends a run also while it is being ended in order', async () => {
    const run = solve(task, { ...setup(), ...endless, budget: { newTokens: 1e6, wallClockMs: 20 } });
    await sleep(100);
    run.abort(new Error('enough'));
    await expect(run.result).rejects.toThrow('enough');
  });

  it('ends a race also while it is being ended in order', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const run = race(task, { ...setup(), agents: [endless], budget: { wallClockMs: 20 }, signal });
    await sleep(100);
    controller.abort(new Error('enough'));
    await expect(run.result).rejects.toThrow('enough');
  });
});

describe('lines', () => {
  const lineEvents = (events: readonly RunEvent[]) =>
    events.flatMap((event) =>
      event.type === 'line-start' || event.type === 'line-end'
        ? [`${event.type.slice(5)} ${event.line}`]
        : [],
    );

  it('are counted from those that a preamble begins with, a missing newline mended', async () => {
    const begun = ['import math\n', ...plainBody];
    const { events, result } = await eventsOf(begun, {}, { ...task, preamble: 'import math' } as typeof task);
    expect(result).toMatchObject({ program: 'import math\ndef f(x):\n    return x\n', lines: 3 });
    const tokens = events.filter(({ type }) => type === 'token');
    expect(tokens.map((token) => 'line' in token && token.line)).toEqual([1, 2, 3]);
    expect(lineEvents(events).slice(0, 3)).toEqual(['start 1', 'end 1', 'start 2']);
  });

  it('that one token ends together are refreshed behind, and each begins and ends', async () => {
    const body = Array.from({ length: 6 }, (_, i) => `    y = ${i}\n\n`);
    const pieces = ['def f(', 'x):\n', ...body, '```'];
    const { events } = await eventsOf(pieces, { refreshLines: 2 });
    const refreshed = events.flatMap((event) => (event.type === 'signal-set' ? [event.line] : []));
    expect(refreshed).toEqual([1, 3, 5, 7, 9, 11, 13]);
    const seen = lineEvents(events);
    expect(seen.slice(0, 6)).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
  });
});

describe('budgets and seeds', () => {
  it('candidates of a refresh that a budget stops are counted', async () => {
    const two = { '    return x\n': 0.5, '    return 0\n': 0.5 };
    const { events, result } = await eventsOf(['def f(', 'x):\n', two, '```'], {
      temperature: 1,
      candidates: 6,
      budget: { executions: 1 },
    });
    const drawn = events.reduce((sum, event) => sum + (event.type === 'candidate-end' ? event.tokens : 0), 0);
    expect(result).toMatchObject({ endedBy: 'executions', candidateTokens: drawn });
    expect(drawn).toBeGreaterThan(0);
  });

  it('a time that no timer can wait for is refused', () => {
    const setup = {
      engine: new ScriptedModel({ next: () => endPiece }),
      runner: new ScriptedRunner({ run: wrong }),
    };
    expect(() => solve(task, { ...setup, budget: { wallClockMs: 2 ** 31 } })).toThrow(/wallClockMs/);
    expect(() => race(task, { ...setup, agents: [{}], budget: { wallClockMs: 2 ** 31 } })).toThrow(
      /wallClockMs/,
    );
  });

  it('what the engine would refuse is refused at once', () => {
    const setup = {
      engine: new ScriptedModel({ next: () => endPiece }),
      runner: new ScriptedRunner({ run: wrong }),
    };
    for (const options of [
      { temperature: 1e-7 },
      { finalTemperature: 1e-7 },
      { topK: 2 ** 31 },
      { epsilon: 1e-31 },
    ]) {
      const [name] = Object.keys(options);
      expect(() => solve(task, { ...setup, ...options })).toThrow(name);
    }
    const garbled = { signalForm: 'final', executedText: 'normalized' } as const;
    expect(() => solve(task, { ...setup, ...garbled })).toThrow(/executedText/);
  });

  it('samples with the last of the seeds go on with the first', async () => {
    const engine = new ScriptedModel({ next: writing(plainBody) });
    const runner = new ScriptedRunner({ run: wrong });
    const { runs } = await bestOfN(task, { ...base, engine, runner, samples: 2, seed: 0xffffffff });
    expect(runs.filter(Boolean)).toHaveLength(2);
  });
});

it('a function with type parameters is guided', async () => {
  const pieces = ['def f[T](', 'x: T):\n', '    return x\n', '```'];
  const { result } = await eventsOf(pieces, { beginAnswer: 'fence' });
  expect(result.guidedTokens).toBeGreaterThan(0);
});

it('γ = 1 shows a longer signal than both streams together have room for', async () => {
  const tokensOf = async (guidanceStrength: number) => {
    const engine = new ScriptedModel({
      next: writing(['def f(', 'x):\n', ...Array.from({ length: 40 }, () => '    y = 1\n'), '```']),
      contextTokens: 700,
      maxSequenceTokens: 700,
    });
    const runner = new ScriptedRunner({
      run: () => ({ outcome: 'failed', call: 'f(1)', returned: 'word '.repeat(60) }),
    });
    const run = solve(task, { ...base, engine, runner, guidanceStrength, signalForm: 'minimal' });
    let most = 0;
    for await (const event of run) if (event.type === 'signal-set') most = Math.max(most, event.tokens);
    return most;
  };
  expect(await tokensOf(1)).toBeGreaterThan(await tokensOf(1.5));
});
