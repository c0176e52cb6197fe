import { expect, test } from 'vitest';
import { lostResult } from '../../src/execution/lost-result.ts';

const traceLines = '["call",0,"<module>",1,[]]\n["line",1,"<module>",1,[["x","1","int"]]]\n["line",2,"<mod';

test('a run whose thread was ended keeps the trace up to its last whole event', () => {
  const result = lostResult({ hung: true, traceLines, elapsedMs: 5 });
  expect(result).toMatchObject({ outcome: 'timed-out', traceEnded: 'killed', elapsedMs: 5 });
  expect(result.trace.map(({ line }) => line)).toEqual([0, 1]);
});

test('a run that ended its thread is an outcome, not an error', () => {
  expect(lostResult({ hung: false, traceLines: '', elapsedMs: 5 })).toMatchObject({
    outcome: 'killed',
    trace: [],
  });
});
