import { expect, it } from 'vitest';
import { profileText } from '../../src/cli/profile-text.ts';
import type { RunEvent } from '../../src/events.ts';

const counters = { rows: 60, newTokens: 4, cachedTokens: 9 };
const events = [
  { type: 'run-start', elapsedMs: 1 },
  { type: 'token', elapsedMs: 11, guided: false },
  { type: 'candidate-end', elapsedMs: 41 },
  { type: 'execution-end', elapsedMs: 91 },
  { type: 'run-end', elapsedMs: 100, counters },
].map((event, seq) => ({ ...event, seq })) as unknown as RunEvent[];

it('a profile tells of several runs together', () => {
  const engine = { rows: 120, decodes: 30, decodeMs: 100 };
  expect(profileText([events, events], { counters: engine, elapsedMs: 125 })).toBe(
    `prefill          20 ms  10.0 %
candidates       60 ms  30.0 %
executing       118 ms  59.0 %
other             2 ms   1.0 %
model idle       25 ms  20.0 %
120 rows in 30 decodes (4.0 each); 15.0 rows a token (8 tokens); 18 tokens spared by shared cells
`,
  );
});
