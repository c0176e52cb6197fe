import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ablate } from '../../bench/support/evidence/ablate.ts';
import { allArms, signalledRun } from '../../bench/support/evidence/arms.ts';
import { common, Lab } from '../../bench/support/evidence/lab.ts';
import { type Sample, SampleStore } from '../../bench/support/evidence/sample-store.ts';
import { compare, firstPassing, relativeSuccess, type Samples } from '../../bench/support/evidence/scores.ts';
import { heldoutTasks } from '../../bench/support/heldout-tasks.ts';
import { RememberingRunner } from '../../bench/support/remembering-runner.ts';
import { createRunner, type LlamaEngine, type SignalEntry, solve, type TestResult } from '../../src/index.ts';
import { testEngine } from '../support/engine.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

function sample(task: string, more: Partial<Sample> = {}): Sample {
  const cost = { newTokens: 1, rows: 100, executions: 3, ms: 1 };
  const verdict = { passed: false, hidden: false, solved: false };
  return { key: task, arm: 'a', task, seed: 0, program: '', ...cost, ...verdict, ...more };
}

const byTask = (...samples: Sample[]): Samples => new Map(samples.map((one) => [one.task, one]));
const solved = { passed: true, hidden: true, solved: true };

describe('scores', () => {
  const first = byTask(sample('1', solved), sample('2', solved), sample('3'), sample('4', solved));
  const second = byTask(sample('1', solved), sample('2'), sample('3'), sample('9', solved));

  it('compares on the tasks that both have', () => {
    expect(compare(first, second)).toMatchObject({ n: 3, onlyFirst: 1, onlySecond: 0, p: 1 });
    expect(compare(first, second).difference.value).toBeCloseTo(1 / 3);
  });

  it('counts what was solved within some rows', () => {
    const within = (task: string) => (task === '1' ? 99 : 100);
    expect(compare(first, second, within)).toMatchObject({ onlyFirst: 2 });
  });

  it('takes the first that passes the visible tests, whatever the hidden ones say, and adds up the rows', () => {
    const wrong = byTask(sample('1', { passed: true }), sample('2'));
    const right = byTask(sample('1', solved), sample('2', solved));
    const either = firstPassing('both', [wrong, right]);
    expect(either.get('1')).toMatchObject({ arm: 'both', solved: false, rows: 100 });
    expect(either.get('2')).toMatchObject({ solved: true, rows: 200 });
  });

  it('knows the share of what greedy leaves', () => {
    const greedy = byTask(sample('1', solved), sample('2'), sample('3'));
    const better = byTask(sample('1', solved), sample('2', solved), sample('3'));
    expect(relativeSuccess(better, greedy).value).toBeCloseTo(0.5);
    expect(relativeSuccess(greedy, greedy).value).toBe(0);
  });
});

describe('SampleStore', () => {
  const folder = scratchFolder();

  it('gives back what was added, and survives a line that was cut short', () => {
    const file = join(folder, 'deep/evidence.jsonl');
    const store = new SampleStore(file);
    store.add([sample('1'), sample('1', { arm: 'a_stop' })]);
    appendFileSync(file, '{"key":"2","program":"{}');
    const again = new SampleStore(file);
    expect(again.find('1')).toEqual([sample('1'), sample('1', { arm: 'a_stop' })]);
    expect(again.find('2')).toBeUndefined();
    again.add([sample('2')]);
    expect(new SampleStore(file).find('2')).toEqual([sample('2')]);
  });
});

describe('ablate', () => {
  const result = (returned: string): TestResult => ({
    outcome: 'failed',
    call: `f(${returned})`,
    expected: `e${returned}`,
    returned,
    stdout: '',
    stdoutTruncated: false,
    trace: [],
    elapsedMs: 0,
  });
  const entries: SignalEntry[] = ['1', '2', '3'].map((x) => ({ program: `p${x}`, results: [result(x)] }));
  const returned = (ablated: readonly SignalEntry[]) =>
    ablated.map(({ program, results }) => [program, ...results.map((run) => run.returned)]);

  it('leaves the programs, and takes, swaps or replaces what they did', () => {
    expect(returned(ablate('no-traces', entries, 0, []))).toEqual([['p1'], ['p2'], ['p3']]);
    expect(returned(ablate('other-candidate', entries, 0, []))).toEqual([
      ['p1', '2'],
      ['p2', '3'],
      ['p3', '1'],
    ]);
    const donor = [[], [{ program: 'q', results: [result('8'), result('9')] }]];
    const lent = ablate('other-task', entries, 3, donor);
    expect(returned(lent)).toEqual([
      ['p1', '8'],
      ['p2', '8'],
      ['p3', '8'],
    ]);
    expect(lent[0]!.results[0]).toMatchObject({ call: 'f(1)', expected: 'e1' });
    expect(returned(ablate('other-task', entries, 0, [[]]))).toEqual([['p1'], ['p2'], ['p3']]);
  });
});

describe('arms', () => {
  it('have names of their own', () => {
    const names = allArms(2000).flatMap((arm) =>
      arm.kind === 'run' && arm.stopped ? [arm.name, arm.stopped] : [arm.name],
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an arm that stops', () => {
  let engine: LlamaEngine;
  let runner: RememberingRunner;

  beforeAll(async () => {
    runner = new RememberingRunner(await createRunner({ maxWorkers: 1 }));
    engine = await testEngine();
  });
  afterAll(async () => {
    await engine?.dispose();
    await runner?.dispose();
  });

  it('is what a run of its own would have been', async () => {
    const tasks = heldoutTasks(3);
    const lab = new Lab(engine, runner, tasks, 0);
    let stops = 0;
    for (const task of tasks) {
      const [, stopped] = await lab.run(signalledRun, task);
      const options = { ...common, ...signalledRun.options, stopOnPass: true };
      const own = await solve(task, { engine, runner, ...options });
      stops += own.endedBy === 'candidate-passed' ? 1 : 0;
      const { program, solved: passed, rows, newTokens, executions } = own;
      expect(stopped).toEqual({ arm: signalledRun.stopped, program, passed, rows, newTokens, executions });
    }
    expect(stops).toBeGreaterThan(0);
  }, 180_000);
});
