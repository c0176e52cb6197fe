import { describe, expect, it } from 'vitest';
import { rollOver } from '../../src/controller/roll-over.ts';
import { type SolveSetup, solve } from '../../src/controller/solve.ts';
import type { RunEvent } from '../../src/events.ts';
import { endPiece, ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedRunner } from '../../src/testing/scripted-runner.ts';

describe('what is left of a candidate', () => {
  const candidate = { text: ' a\n b\n', tokens: [1, 2, 3], logprob: -7 };
  const entry = { program: 'f:\n a\n b\n', results: [] };
  const gone = { program: 'f:\n c\n', results: [] };
  const at = { codeSoFar: 'f:\n', length: 2, entries: [entry, gone] };
  const left = (codeSoFar: string, accepted: number[], shown = [candidate], passed = shown) =>
    rollOver(
      passed === shown ? 'refresh' : 'passed',
      { ...at, candidates: shown, shown, passed },
      { codeSoFar, tokens: [8, 9, ...accepted] },
    );

  it('is what the answer has not written yet, and how the programs did that go on from it', () => {
    expect(left('f:\n a\n', [1])).toEqual({ drafts: [[2, 3]], entries: [entry] });
    const other = { ...candidate, tokens: [1, 7] };
    expect(left('f:\n a\n', [1], [candidate, other])?.drafts).toEqual([[2, 3], [7]]);
  });

  it('is nothing where the answer went another way, by text or by token, or has all of it', () => {
    expect(left('f:\n c\n', [5])).toBeUndefined();
    expect(left('f:\n a\n', [5])).toBeUndefined();
    expect(left('f:\n c\n', [1])).toBeUndefined();
    expect(left('f:\n a\n b\n', [1, 2])).toBeUndefined();
  });

  it('is nothing of those that did not pass, where that is asked', () => {
    const other = { ...candidate, tokens: [1, 7] };
    expect(left('f:\n a\n', [1], [candidate, other], [other])?.drafts).toEqual([[7]]);
    expect(left('f:\n a\n', [1], [candidate, other], [])).toBeUndefined();
  });
});

describe('candidates that roll over', () => {
  /** Knows a body of three lines, and wavers in none of them. */
  const body = ['    a = x\n', '    b = a\n', '    return b\n'];
  const next = (text: string): string => {
    const answer = text.slice(text.lastIndexOf('```python\n') + 10);
    if (answer.endsWith('f(')) return 'x):\n';
    if (answer.endsWith('x):\n')) return body[0]!;
    const at = body.findIndex((line) => answer.endsWith(line));
    if (at === 2) return '```';
    return at < 0 ? endPiece : body[at + 1]!;
  };

  async function events(
    options: Partial<SolveSetup>,
    outcome: 'failed' | 'passed' = 'failed',
  ): Promise<{ events: RunEvent[]; rows: number }> {
    const engine = new ScriptedModel({ next });
    const runner = new ScriptedRunner({ run: () => ({ outcome, call: 'f(1)', returned: '1' }) });
    const run = solve(
      { text: 'Give x.', entryPoint: 'f', tests: ['assert f(1) == 2'] },
      { engine, runner, prompt: 'few-shot', beginAnswer: 'header', candidates: 2, seed: 1, ...options },
    );
    const events: RunEvent[] = [];
    for await (const event of run) events.push(event);
    expect(engine.openSequences.size).toBe(0);
    return { events, rows: (await run).rows };
  }

  const refreshes = (events: readonly RunEvent[]) =>
    events.filter((event) => event.type === 'candidate-end' && event.candidate === 0).length;

  it('save refreshes as long as one that the signal shows is followed', async () => {
    const fresh = await events({});
    const saved = await events({ rollOver: 'refresh' });
    // Of four boundaries the first looks three lines ahead, and the last has nothing left of it.
    expect([refreshes(fresh.events), refreshes(saved.events)]).toEqual([4, 2]);
    expect(saved.rows).toBeLessThan(fresh.rows);
    // What they have left is shown anew at every line.
    expect(saved.events.filter(({ type }) => type === 'signal-set').length).toBe(4);
    expect(saved.events.at(-1)).toMatchObject({ type: 'run-end', endedBy: 'end-of-code' });
  });

  it('save refreshes where they passed the visible tests, and only there', async () => {
    const refreshesWhere = async (outcome: 'failed' | 'passed') => {
      const run = await events({ rollOver: 'passed', stopOnPass: false }, outcome);
      expect(run.events.at(-1)).toMatchObject({ type: 'run-end', program: `def f(x):\n${body.join('')}` });
      return refreshes(run.events);
    };
    expect([await refreshesWhere('failed'), await refreshesWhere('passed')]).toEqual([4, 2]);
  });

  it('are no part of the paper’s way', () => {
    expect(() =>
      solve(
        { text: 'Give x.', entryPoint: 'f', tests: ['assert f(1) == 2'] },
        {
          engine: new ScriptedModel({ next }),
          runner: new ScriptedRunner({ run: () => ({}) }),
          faithful: true,
          rollOver: 'refresh',
        },
      ),
    ).toThrow('Expected `rollOver` to be "off"');
  });
});
