import { describe, expect, it } from 'vitest';
import { profileRun } from '../../src/controller/profile-run.ts';
import type { RunEvent } from '../../src/events.ts';

/** Events of a run: their types with what the profile reads, and the times between them in ms. */
function run(...steps: [type: RunEvent['type'], ms: number, fields?: object][]): RunEvent[] {
  let elapsedMs = 0;
  return steps.map(([type, ms, fields], seq) => {
    elapsedMs += ms;
    const counters = { rows: 60, newTokens: 4, cachedTokens: 9 };
    return { type, seq, elapsedMs, counters, ...fields } as unknown as RunEvent;
  });
}

const events = run(
  ['run-start', 1],
  ['line-start', 2],
  ['token', 10, { guided: false }],
  ['token', 20, { guided: false }],
  ['line-end', 0],
  ['candidate-end', 30],
  ['candidate-end', 5],
  ['execution-end', 40],
  ['signal-set', 7, { text: 'x' }],
  ['token', 50, { guided: true }],
  ['token', 60, { guided: true }],
  ['run-end', 8],
);

describe('a profile', () => {
  it('gives each stretch to what it led to, and adds up to the run', () => {
    const { phaseMs, elapsedMs, rows, newTokens } = profileRun(events);
    expect(phaseMs).toEqual({
      prefill: 60,
      candidates: 35,
      executing: 48,
      rendering: 7,
      guided: 60,
      plain: 20,
      other: 3,
    });
    expect(Object.values(phaseMs).reduce((sum, ms) => sum + ms)).toBe(elapsedMs);
    expect([rows, newTokens]).toEqual([60, 4]);
  });

  it('counts no prefill for a signal without text', () => {
    const { phaseMs } = profileRun(
      run(
        ['run-start', 0],
        ['token', 1, { guided: false }],
        ['signal-set', 2, { text: '' }],
        ['token', 4, { guided: false }],
        ['run-end', 8],
      ),
    );
    expect(phaseMs).toMatchObject({ prefill: 1, rendering: 2, plain: 4, executing: 8 });
  });

  it('refuses events of half a run', () => {
    expect(() => profileRun(events.slice(0, -1))).toThrow(TypeError);
    expect(() => profileRun([])).toThrow(TypeError);
  });
});
