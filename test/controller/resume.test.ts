import { describe, expect, it, vi } from 'vitest';
import { race } from '../../src/agents/race.ts';
import { eventsOf, type RaceEvent } from '../../src/agents/race-event.ts';
import { type SolveSetup, solve } from '../../src/controller/solve.ts';
import type { RunEvent } from '../../src/events.ts';
import type { SolveOptions } from '../../src/options.ts';
import { majorityVote } from '../../src/strategies/majority-vote.ts';
import { endPiece, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

const task = { id: 't', text: 'Add one to x.', entryPoint: 'f', tests: ['assert f(1) == 2'] };

/** Wavers at every line of the function, and goes on behind it. */
const next = (text: string): Record<string, number> | string => {
  const answer = text.slice(text.lastIndexOf('```python\n') + 10);
  const told = (text.match(/as expected|instead of/g) ?? []).length;
  if (answer.endsWith('def f(')) return 'x):\n';
  const lines = answer.split('\n').length;
  if (lines < 5)
    return { [`    y = x - ${lines}\n`]: 0.5 - told / 100, [`    y = x + ${lines}\n`]: 0.5 + told / 100 };
  if (answer.endsWith('return y\n')) return { 'print(f)\n': 0.5, '```': 0.5 };
  return answer.endsWith('```') ? endPiece : { '    return y\n': 0.9, '    y = y\n    return y\n': 0.1 };
};

/** One for all: its tokens are numbered as they are met. */
const engine = new ScriptedModel({ next });
const runner = new ScriptedRunner({
  run: (program) =>
    program.includes('return') && /y = x \+ 4/.test(program)
      ? { call: 'f(1)', returned: '2', expected: '2' }
      : { outcome: 'failed', call: 'f(1)', returned: '0', expected: '2' },
});
const base = { prompt: 'few-shot', beginAnswer: 'header', stopOnPass: false, seed: 3 } as const;

function start(options: SolveOptions & Pick<SolveSetup, 'resume'> = {}, of: typeof task = task) {
  return solve(of, { engine, runner, ...base, ...options });
}

async function all<Event>(events: AsyncIterable<Event>): Promise<Event[]> {
  const list: Event[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** As they come out of a file. */
const stored = <Event>(events: readonly Event[]): Event[] => JSON.parse(JSON.stringify(events));

/** Without what the clock says, and what is read again or guessed otherwise. */
const decisions = (events: readonly (RunEvent | RaceEvent)[]) =>
  stored(events).map((event) => {
    const { elapsedMs, ...rest } = event;
    if (!('counters' in rest)) return rest;
    const { rows, cachedTokens, draftedTokens, acceptedTokens, ...counters } = rest.counters;
    return { ...rest, counters };
  });

describe('a run that was broken off', () => {
  const cases: Record<string, SolveOptions> = {
    guided: { guidanceStrength: 1.5 },
    plain: { guidanceStrength: 0 },
    'of one stream': { guidanceStrength: 1 },
    sampled: { guidanceStrength: 0.5, finalTemperature: 1 },
    "the paper's": { faithful: true },
    'refreshed every second line': { refreshLines: 2 },
    'with refreshes saved': { rollOver: 'refresh', candidates: 2, horizonLines: 4 },
    'that a candidate ends': { stopOnPass: true, candidates: 1, horizonLines: 1 },
    'that a budget ends': { budget: { newTokens: 3 } },
  };

  it.each(Object.entries(cases))('goes on from any of its events: %s', async (_, options) => {
    const whole = await all(start(options));
    expect(whole.length).toBeGreaterThan(8);
    for (let length = 0; length <= whole.length; length++) {
      const events = await all(start({ ...options, resume: stored(whole.slice(0, length)) }));
      expect(decisions(events)).toEqual(decisions(whole));
    }
    expect(engine.openSequences.size).toBe(0);
  });

  it('that has ended is told again, and nothing is done', async () => {
    const run = start();
    const whole = await all(run);
    const { rows } = engine.counters;
    const runs = vi.spyOn(runner, 'run');
    expect(await start({ resume: stored(whole) })).toEqual(await run);
    expect([engine.counters.rows, runs.mock.calls.length]).toEqual([rows, 0]);
  });

  it('counts its cost and its time on', async () => {
    const early = (await all(start())).slice(0, -3);
    const late = early.map((event) => ({ ...event, elapsedMs: event.elapsedMs + 60_000 }));
    const events = await all(start({ resume: late }));
    const costs = events.flatMap((event) => ('counters' in event ? [event.counters.rows] : []));
    for (const rising of [costs, events.map(({ elapsedMs }) => elapsedMs)])
      expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(events.at(-1)!.elapsedMs).toBeGreaterThan(60_000);
  });

  it('has no more time than it had', async () => {
    const options = { budget: { wallClockMs: 50_000 } };
    const early = (await all(start(options))).slice(0, -3);
    const late = early.map((event) => ({ ...event, elapsedMs: event.elapsedMs + 60_000 }));
    expect(await start({ ...options, resume: late })).toMatchObject({ endedBy: 'wall-clock' });
  });

  it('goes on with nothing but itself', async () => {
    const whole = await all(start());
    const resume = whole.slice(0, 12);
    expect(() => start({ seed: 4, resume })).toThrow(/`options\.seed` differs; take what/);
    expect(() => start({ resume }, { ...task, tests: ['assert f(2) == 3'] })).toThrow(
      /`task\.tests` differs/,
    );
    expect(() => start({ resume: whole.slice(1) })).toThrow(expect.objectContaining({ code: 'ERR_RECORD' }));
    expect(() => start({ resume: [...whole, ...whole] })).toThrow(TypeError);
  });
});

describe('samples that were broken off', () => {
  it('are gone on with, each of them', async () => {
    const start = (resume: readonly RaceEvent[] = []) =>
      majorityVote(task, { engine, runner, ...base, samples: 3, resume });
    const whole = await all(start());
    const { elapsedMs, ...end } = whole.at(-1)!;
    for (let length = 0; length <= whole.length; length += 4) {
      const events = await all(start(stored(whole.slice(0, length))));
      expect(events.at(-1)).toMatchObject(end);
      expect(decisions(events)).toEqual(decisions(whole));
    }
  });
});

describe('a race that was broken off', () => {
  const agents = [0, 0.5, 1.5].map((guidanceStrength) => ({ ...base, guidanceStrength }));
  const start = (concurrency: number, resume: readonly RaceEvent[] = []) =>
    race(task, { engine, runner, agents, concurrency, resume, budget: { modelTokens: 100_000 } });
  /** What is left of the race's budget depends on what was read again. */
  const withoutBudget = (events: readonly RaceEvent[], agent: number) =>
    decisions(eventsOf(events, agent)).map((event) =>
      'options' in event ? { ...event, options: { ...event.options, budget: {} } } : event,
    );

  it.each([
    [1, [0, 1]],
    // When the others are stopped is a matter of timing.
    [3, [1]],
  ])('goes on with its agents, %s at once', async (concurrency, compared) => {
    const whole = await all(start(concurrency));
    const { elapsedMs, ...end } = whole.at(-1)!;
    expect(end).toMatchObject({ type: 'race-end', chosen: 1 });
    for (let length = 0; length <= whole.length; length += 3) {
      const events = await all(start(concurrency, stored(whole.slice(0, length))));
      expect(events.at(-1)).toMatchObject(end);
      for (const agent of compared) expect(withoutBudget(events, agent)).toEqual(withoutBudget(whole, agent));
    }
  });
});
