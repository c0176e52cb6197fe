import { afterAll, describe, expect, it } from 'vitest';
import { createRunner } from '../../src/index.ts';
import { readDoctests } from '../../src/task/read-doctests.ts';

const runner = createRunner({ maxWorkers: 1 });
afterAll(async () => (await runner).dispose());

/** Outcomes of the examples' tests for two programs, the second of which is wrong. */
async function outcomes(docstring: string): Promise<string[]> {
  const tests = readDoctests(docstring, 'f');
  const reports = ['def f(x):\n    return x\n', 'def f(x):\n    return 7\n'].map(async (program) => {
    const { results } = await (await runner).run({ program, entryPoint: 'f', tests, trace: false });
    return results.map(({ outcome }) => outcome).join();
  });
  return Promise.all(reports);
}

describe('an example of a docstring', () => {
  it.each([
    ['>>> f(1)\n1', 'assert f(1) == 1'],
    ['>>> f("a)")\n\'a)\'', 'assert f("a)") == \'a)\''],
    ['>>> f((1, 2))\n(1, 2)', 'assert f((1, 2)) == (1, 2)'],
    ['>>> f(1) + f(2)\n3', 'assert (f(1) + f(2)) == 3'],
    ['>>> f(3) > 2\nTrue', 'assert (f(3) > 2) == True'],
    ['>>> 1 if f(3) == 7 else 0\n0', 'assert (1 if f(3) == 7 else 0) == 0'],
    ['>>> f(1)  # the same\n1', 'assert (f(1)  # the same\n) == 1'],
  ])('%j is %j, which a right program passes and a wrong one does not', async (docstring, source) => {
    expect(readDoctests(docstring, 'f')).toEqual([{ kind: 'assert', source }]);
    const [right, wrong] = await outcomes(docstring);
    expect(right).toBe('passed');
    if (!docstring.includes('> 2')) expect(wrong).toBe('failed');
  });

  it('that prints its output is left out', () => {
    expect(readDoctests('>>> print(f(1))\n1\n>>> for i in f([1]): print(i)\n1\n', 'f')).toEqual([]);
  });
});
