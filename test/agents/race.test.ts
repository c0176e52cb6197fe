import { describe, expect, it } from 'vitest';
import { foldRace } from '../../src/agents/fold-race.ts';
import { type Race, race } from '../../src/agents/race.ts';
import type { AgentEvent, RaceEvent } from '../../src/agents/race-event.ts';
import type { RaceOptions } from '../../src/agents/race-setup.ts';
import { foldRun } from '../../src/controller/fold-run.ts';
import { profileRun } from '../../src/controller/profile-run.ts';
import type { SolveOptions } from '../../src/options.ts';
import { endPiece, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

const task = { text: 'Add one to x.', entryPoint: 'f', tests: ['assert f(1) == 2', 'assert f(4) == 5'] };

/** Writes `x - 1` unless it has read that `x + 1` passes. */
function next(text: string): string | Record<string, number> {
  const answer = text.slice(text.lastIndexOf('```python\n') + 10);
  const isTold = /return x \+ 1[\s\S]*as expected/.test(text);
  if (answer === '') return 'def f';
  if (answer === 'def f') return '(';
  if (answer.endsWith('def f(')) return 'x):\n';
  if (answer.endsWith('x):\n'))
    return { '    return x - 1\n': isTold ? 0.1 : 0.6, '    return x + 1\n': isTold ? 0.9 : 0.4 };
  return answer.endsWith('1\n') ? '```' : endPiece;
}

const base: SolveOptions = { prompt: 'few-shot', beginAnswer: 'header', stopOnPass: false, candidates: 8 };
const plain = { ...base, guidanceStrength: 0 };
const guided = { ...base, guidanceStrength: 1.5 };

function setup(agents: SolveOptions[], options: Partial<RaceOptions> = {}, writes: typeof next = next) {
  const engine = new ScriptedModel({ next: writes, maxSequences: 64 });
  const runner = new ScriptedRunner({
    run: (program) => ({ outcome: program.includes('x + 1') ? 'passed' : 'failed', call: 'f(1)' }),
  });
  return { engine, runner, agents, ...options };
}

async function eventsOf(race: Race): Promise<RaceEvent[]> {
  const events: RaceEvent[] = [];
  for await (const event of race) events.push(event);
  return events;
}

const timeless = (value: unknown) =>
  JSON.parse(JSON.stringify(value), (key, x) => (key === 'elapsedMs' ? undefined : x));

describe('one agent after another', () => {
  it('ends with the first that passes; later ones are not started', async () => {
    const at = setup([plain, guided, guided], { concurrency: 1 });
    const { solved, chosen, runs, program, rows } = await race(task, at);
    expect({ solved, chosen, program }).toEqual({
      solved: true,
      chosen: 1,
      program: 'def f(x):\n    return x + 1\n',
    });
    expect(runs.map((run) => run?.endedBy)).toEqual(['end-of-code', 'end-of-code', undefined]);
    // The prompt that was held for all comes on top.
    expect(rows).toBeGreaterThanOrEqual(runs[0]!.rows + runs[1]!.rows);
    expect(at.engine.openSequences.size).toBe(0);
  });

  it('repeats exactly, and its events are those of its runs', async () => {
    const agents = [plain, { ...plain, seed: 1 }, guided];
    const first = race(task, setup(agents, { concurrency: 1 }));
    const events = await eventsOf(first);
    expect(timeless(await eventsOf(race(task, setup(agents, { concurrency: 1 }))))).toEqual(timeless(events));
    const result = await first;
    for (const [agent, run] of result.runs.entries()) {
      const own = events.filter((event): event is AgentEvent => event.agent === agent);
      expect(foldRun(own)).toEqual(run);
    }
    expect(foldRace(JSON.parse(JSON.stringify(events)))).toEqual(result);
    expect(() => foldRun(events.filter(({ type }) => type !== 'race-end') as AgentEvent[])).toThrow(
      'foldRace',
    );
    expect(() => profileRun(events.filter(({ type }) => type !== 'race-end') as AgentEvent[])).toThrow(
      'foldRace',
    );
    expect(() => foldRace(events.slice(0, -1))).toThrow('race-end');
  });

  it('takes the program of most tests, the first of them, where none passes', async () => {
    const at = setup([plain, plain], { concurrency: 1 });
    at.runner.run = async (request) => ({
      program: request.program,
      results: request.tests.map((_, i) => ({
        outcome: i === 0 ? 'passed' : 'failed',
        stdout: '',
        stdoutTruncated: false,
        trace: [],
        elapsedMs: 0,
      })),
    });
    expect(await race(task, at)).toMatchObject({ solved: false, chosen: 0, testsPassed: 1, testsTotal: 2 });
  });

  it('takes of equal programs one that no budget cut off', async () => {
    const cut = { ...plain, budget: { newTokens: 2 } };
    const { chosen, runs } = await race(task, setup([cut, plain, plain], { concurrency: 1 }));
    expect(runs.map((run) => [run?.endedBy, run?.testsPassed])).toEqual([
      ['new-tokens', 0],
      ['end-of-code', 0],
      ['end-of-code', 0],
    ]);
    expect(chosen).toBe(1);
  });

  it('shares a budget of rows: what is left is the next agent’s, and none is started on nothing', async () => {
    const alone = await race(task, setup([plain], { concurrency: 1 }));
    const modelTokens = Math.floor(alone.rows * 1.5);
    const { runs, rows } = await race(
      task,
      setup(Array(5).fill(plain), { concurrency: 1, budget: { modelTokens } }),
    );
    expect(runs.map((run) => run?.endedBy)).toContain('model-tokens');
    expect(runs.at(-1)).toBeUndefined();
    // Of the last agent's token, the whole prompt in front of it included.
    expect(rows).toBeLessThanOrEqual(modelTokens + alone.rows);
  });
});

describe('agents at once', () => {
  // It has more to write, so it comes second.
  const slow = { ...guided, beginAnswer: 'fence' } as const;

  it('lets the fastest win and ends the others in order', async () => {
    const at = setup([slow, guided, plain]);
    const { chosen, solved, runs } = await race(task, at);
    expect({ chosen, solved }).toEqual({ chosen: 1, solved: true });
    expect(runs[0]!.endedBy).toBe('outrun');
    expect(at.engine.openSequences.size).toBe(0);
  });

  it('waits for no verdict on those that were outrun', async () => {
    const at = setup([slow, guided]);
    const judged: string[] = [];
    const run = at.runner.run.bind(at.runner);
    at.runner.run = (request, options) => {
      if (!request.trace) judged.push(request.program);
      return run(request, options);
    };
    const running = race(task, at);
    const events = await eventsOf(running);
    const { runs } = await running;
    expect(runs[0]).toMatchObject({ endedBy: 'outrun', solved: false, results: [], testsTotal: 0 });
    expect(judged).toEqual(['def f(x):\n    return x + 1\n']);
    expect(events.at(-1)).toMatchObject({ type: 'race-end', chosen: 1, agents: 2 });
  });

  it('lets the foremost win where that is asked for', async () => {
    const { chosen, runs } = await race(task, setup([slow, guided, plain], { winner: 'foremost' }));
    expect(chosen).toBe(0);
    expect(runs[0]!.endedBy).toBe('end-of-code');
  });

  it('reads no signal that the shared budget of rows has no room for', async () => {
    const quiet = { ...guided, candidates: 2, speculation: false, seed: 3 };
    const whole = await race(task, setup([quiet, plain]));
    const prompts = 3 * whole.runs[1]!.rows;
    const overshoots = [];
    for (let modelTokens = prompts; modelTokens < whole.rows; modelTokens += 5) {
      const { rows } = await race(task, setup([quiet, plain], { budget: { modelTokens } }));
      overshoots.push(rows - modelTokens);
    }
    expect(overshoots.length).toBeGreaterThan(20);
    expect(Math.max(...overshoots)).toBeLessThan(6);
  });

  it('ends all of them when the budget of rows is spent', async () => {
    const endless = { ...plain, budget: { newTokens: 10_000 } };
    const at = setup([endless, endless], { budget: { modelTokens: 2000 } }, () => 'word ');
    const { runs, rows } = await race(task, at);
    expect(runs.map((run) => run?.endedBy)).toEqual(['model-tokens', 'model-tokens']);
    expect(rows).toBeGreaterThanOrEqual(2000);
    expect(rows).toBeLessThan(2010);
  });

  it('ends in order when its time is up', async () => {
    const endless = { ...plain, budget: { newTokens: 1_000_000 } };
    const at = setup([endless, endless], { budget: { wallClockMs: 20 } }, () => 'word ');
    const { runs } = await race(task, at);
    expect(runs.map((run) => run?.endedBy)).toEqual(['wall-clock', 'wall-clock']);
  });
});

describe('what goes wrong', () => {
  it.each([1, 2])(
    'rejects with the reason of an abort, %i at once, and leaves nothing open',
    async (concurrency) => {
      const at = setup([guided, guided], { concurrency });
      const running = race(task, at);
      for await (const event of running) {
        if (event.type !== 'line-start') continue;
        running.abort('enough');
        break;
      }
      await expect(running).rejects.toBe('enough');
      expect(at.engine.openSequences.size).toBe(0);
    },
  );

  it.each([1, 2])('rejects with what broke, %i at once, and leaves nothing open', async (concurrency) => {
    const at = setup([guided, plain, plain], { concurrency });
    at.runner.run = async () => {
      throw new Error('runner broke');
    };
    await expect(race(task, at)).rejects.toThrow('runner broke');
    expect(at.engine.openSequences.size).toBe(0);
  });

  it('says at once what is wrong with its options', () => {
    expect(() => race(task, setup([]))).toThrow('agents');
    expect(() => race(task, setup([{ guidanceStrength: -1 }]))).toThrow('guidanceStrength');
    expect(() => race(task, setup([guided], { winner: 'first' as never }))).toThrow('winner');
    expect(() => race(task, setup([guided, guided], { concurrency: 7 }))).toThrow(
      'at most 6 agents at once with the 64 sequences of this engine, 10 for each, but received 7',
    );
  });
});
