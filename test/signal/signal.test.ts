import { describe, expect, it } from 'vitest';
import type { TestResult, TraceEvent } from '../../src/program-runner.ts';
import { keptSteps } from '../../src/signal/kept-steps.ts';
import { renderSignal, type SignalOptions } from '../../src/signal/render-signal.ts';
import { replayTrace } from '../../src/signal/replay-trace.ts';

const program = 'def total(xs):\n    n = 0\n    for x in xs:\n        n += x\n    return n\n';

const change = (name: string, value: string | null, type = 'int') => ({ name, value, type });
const at = (
  event: TraceEvent['event'],
  line: number,
  changes: TraceEvent['changes'] = [],
  more: Partial<TraceEvent> = {},
): TraceEvent => ({
  event,
  line,
  functionName: 'total',
  depth: 2,
  changes,
  ...more,
});

const trace: TraceEvent[] = [
  at('call', 1, [change('xs', '[2, 5]', 'list')]),
  at('line', 2),
  at('line', 3, [change('n', '0')]),
  at('line', 4, [change('x', '2')]),
  at('line', 3, [change('n', '2')]),
  at('line', 4, [change('x', '5')]),
  at('line', 3, [change('n', '7')]),
  at('line', 5),
  at('return', 5, [], { value: '7' }),
];

const result = (more: Partial<TestResult> = {}): TestResult => ({
  outcome: 'passed',
  call: 'total([2, 5])',
  returned: '7',
  expected: '7',
  stdout: '',
  stdoutTruncated: false,
  trace,
  elapsedMs: 1,
  ...more,
});

const options = (more: Partial<SignalOptions> = {}): SignalOptions => ({
  form: 'compact',
  codeSoFar: 'def total(xs):\n',
  showExpected: true,
  showUnfinished: true,
  headersOnce: false,
  repeatProgram: false,
  maxTokens: Infinity,
  countTokens: (text) => text.length,
  ...more,
});

describe('renderSignal', () => {
  it('compact: every change once, the value, what was expected', () => {
    const wrong = result({ outcome: 'failed', expected: '8' });
    expect(renderSignal([{ program, results: [result(), wrong] }], options()).text).toMatchInlineSnapshot(`
      "### Trial runs
      Possible ways to go on with the answer, run on the calls of the tests. They may be unfinished and they may
      be wrong: what they did when they ran is evidence for what to write next.

      # Continuation 1
      1| def total(xs):
      2|     n = 0
      3|     for x in xs:
      4|         n += x
      5|     return n
      total([2, 5])
        2: n=0
        3: x=2
        4: n=2
        3: x=5
        4: n=7
        -> 7  (as expected)
      total([2, 5])
        2: n=0
        3: x=2
        4: n=2
        3: x=5
        4: n=7
        -> 7  (expected 8)
      "
    `);
  });

  it('full: the locals before every line, with their types', () => {
    const { text } = renderSignal(
      [{ program, results: [result()] }],
      options({ form: 'full', showExpected: false }),
    );
    expect(text.slice(text.indexOf('# Function'))).toMatchInlineSnapshot(`
      "# Function:
      def total(xs):
          n = 0
          for x in xs:
              n += x
          return n

      # Invocation:
      total([2, 5])

      # Execution Trace:
      == {'xs': [2, 5]} , {'xs': 'list'}
      CALL: def total(xs):
      == {'xs': [2, 5]} , {'xs': 'list'}
      LINE:     n = 0
      == {'xs': [2, 5], 'n': 0} , {'xs': 'list', 'n': 'int'}
      LINE:     for x in xs:
      == {'xs': [2, 5], 'n': 0, 'x': 2} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      LINE:         n += x
      == {'xs': [2, 5], 'n': 2, 'x': 2} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      LINE:     for x in xs:
      == {'xs': [2, 5], 'n': 2, 'x': 5} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      LINE:         n += x
      == {'xs': [2, 5], 'n': 7, 'x': 5} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      LINE:     for x in xs:
      == {'xs': [2, 5], 'n': 7, 'x': 5} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      LINE:     return n
      = {'xs': [2, 5], 'n': 7, 'x': 5} , {'xs': 'list', 'n': 'int', 'x': 'int'}
      RETURN:     return n
      Return Value: 7
      "
    `);
  });

  it('full, the reference’s way: headers once, the function before every run, no expected value', () => {
    const faithful = options({ form: 'full', showExpected: false, headersOnce: true, repeatProgram: true });
    const { text } = renderSignal([{ program, results: [result(), result()] }], faithful);
    expect(text.match(/# Function:/g)).toHaveLength(2);
    expect(text.match(/LINE: {5}for x in xs:/g)).toHaveLength(2);
    expect(text).not.toContain('Expected');
  });

  it('minimal: the last state inside the function', () => {
    const { text } = renderSignal(
      [{ program, results: [result()] }],
      options({ form: 'minimal', showExpected: false }),
    );
    expect(text).toContain(
      "total([2, 5])\n{'xs': [2, 5], 'n': 7, 'x': 5} , {'xs': 'list', 'n': 'int', 'x': 'int'}\n",
    );
  });

  it('final: what the embedded model reads', () => {
    const unfinished = result({ outcome: 'failed', returned: 'None', expectedLocals: ['n'] });
    const named = result({ returned: '[1, 2, 3]', returnedLocals: ['kept'] });
    const raised = result({
      outcome: 'raised',
      returned: undefined as never,
      exception: { type: 'ZeroDivisionError', message: 'division by zero' },
    });
    const text = (results: TestResult[], more = {}) =>
      renderSignal([{ program, results }], options({ form: 'final', ...more })).text;
    const code = '    n = 0\n    for x in xs:\n        n += x\n    return n\n';
    expect(text([result(), result({ outcome: 'failed' })])).toBe(
      `### Signal:\n# 1 fail\n${code}1: n=7; x=5 -> 7 pass\n2: n=7; x=5 -> 7 fail\n`,
    );
    expect(text([unfinished])).toBe(`### Signal:\n# 1 near\n${code}1: n=7; x=5 -> None, n ok\n`);
    expect(text([named])).toBe(`### Signal:\n# 1 pass\n${code}1: n=7; x=5 -> kept pass\n`);
    expect(text([raised])).toBe(`### Signal:\n# 1 fail\n${code}1: n=7; x=5 ! ZeroDivisionError\n`);
    expect(text([result()], { showExpected: false })).toBe(`### Signal:\n# 1\n${code}1: n=7; x=5 -> 7\n`);
    expect(text([])).toBe(`### Signal:\n# 1 open\n${code}`);
  });

  it.each(['full', 'minimal', 'compact', 'final'] as const)(
    '%s keeps the cap, says what it cut, and loses steps before programs',
    (form) => {
      const long = result({
        trace: trace
          .slice(0, 2)
          .concat(Array.from({ length: 300 }, (_, i) => at('line', 3 + (i % 2), [change('n', `${i}`)]))),
      });
      const entries = [1, 2, 3].map((i) => ({
        program: program.replace('0', `${i}`),
        results: [long, long],
      }));
      const whole = renderSignal(entries, options({ form }));
      expect(whole).toMatchObject({ entries: 3, cut: false });
      let previous = Infinity;
      for (const share of [1, 0.8, 0.6, 0.4, 0.3, 0.1, 0.01, 0]) {
        const maxTokens = Math.floor(whole.tokens * share);
        const signal = renderSignal(entries, options({ form, maxTokens }));
        expect(signal.tokens).toBeLessThanOrEqual(maxTokens);
        expect(signal.entries).toBeLessThanOrEqual(previous);
        expect(signal.cut).toBe(signal.text !== whole.text);
        if (signal.cut && signal.text !== '') expect(signal.text).toMatch(/left out\)/);
        previous = signal.entries;
      }
    },
  );

  it('leaves unfinished runs out, and with them an entry that has nothing else, where told to', () => {
    const slow = result({ outcome: 'timed-out', returned: undefined as never });
    const shown = (showUnfinished: boolean) =>
      renderSignal(
        [
          { program, results: [slow] },
          { program, results: [slow, result()] },
        ],
        options({ showUnfinished }),
      );
    expect(shown(true).entries).toBe(2);
    expect(shown(true).text).toContain('! Timeout');
    expect(shown(false).entries).toBe(1);
    expect(shown(false).text).not.toContain('Timeout');
  });

  it('is empty where nothing ran', () => {
    expect(renderSignal([], options())).toEqual({ text: '', tokens: 0, entries: 0, cut: false });
  });

  it('shows a nested call, a generator and an exception', () => {
    const nested = [
      at('call', 1),
      at('line', 2),
      at('call', 1, [change('k', '1')], { depth: 3, functionName: 'help' }),
      at('line', 2, [], { depth: 3, functionName: 'help' }),
      at('return', 2, [change('m', '2')], { depth: 3, functionName: 'help', value: '2' }),
      at('line', 3, [change('n', '2')]),
      at('yield', 3, [], { value: '9' }),
      at('exception', 4, [], { exceptionType: 'KeyError', value: "'a'" }),
      at('unwind', 4),
    ];
    const raised = result({
      outcome: 'raised',
      trace: nested,
      exception: { type: 'KeyError', message: "'a'" },
    });
    const { text } = renderSignal([{ program, results: [raised] }], options());
    expect(text.slice(text.indexOf('total([2, 5])'))).toBe(
      "total([2, 5])\n  help 2: m=2\n  help -> 2\n  2: n=2\n  yields 9\n  4: ! KeyError\n  ! KeyError: 'a'  (expected 7)\n",
    );
  });
});

it('replayTrace folds changes, deletions and frames', () => {
  const steps = replayTrace(program, [
    at('call', 1, [change('a', '1')]),
    at('call', 1, [change('b', '2')], { depth: 3 }),
    at('return', 2, [], { depth: 3 }),
    at('line', 3, [change('a', null), change('c', '3')]),
  ]);
  expect(steps.map(({ locals }) => [...locals.keys()].join())).toEqual(['a', 'b', 'b', 'c']);
  expect([...steps[2]!.caller!.locals.keys()]).toEqual(['a']);
  expect(steps[3]!.source).toBe('    for x in xs:');
});

it('keptSteps', () => {
  const kept = (count: number, outcome: 'passed' | 'failed', isCut = false) => {
    const steps = Array.from({ length: count }, (_, i) => `${i}`);
    return keptSteps(steps, { outcome } as never, { isCut } as never, { maxSteps: 3 } as never).join();
  };
  expect(kept(3, 'passed')).toBe('0,1,2');
  expect(kept(6, 'passed')).toBe('0,1,(3 steps left out),5');
  expect(kept(6, 'failed')).toBe('0,1,2,3,4,5');
  expect(kept(4, 'passed', true)).toBe('0,1,(1 steps left out),3,(the trace ends here; the run went on)');
});
