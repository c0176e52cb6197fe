import { describe, expect, it } from 'vitest';
import { publicTasks } from '../../bench/support/public-tasks.ts';
import { benchmarksFolder } from '../../bench/support/reference-tasks.ts';

describe.skipIf(!benchmarksFolder())('the public sets as questions', () => {
  it('are MBPP’s test split, with its asserts as tests, and HumanEval', () => {
    const mbpp = publicTasks('mbpp');
    expect([mbpp.length, mbpp[0]!.task.id, mbpp.at(-1)!.task.id]).toEqual([500, 'MBPP/11', 'MBPP/510']);
    expect(mbpp[0]!.task.entryPoint).toBe('remove_Occ');
    expect(mbpp.every(({ task, ownTests }) => task.tests === ownTests && ownTests.length > 0)).toBe(true);
    expect(publicTasks('humaneval')).toHaveLength(164);
  });

  it('hide what judges HumanEval where the docstring has examples', () => {
    const tasks = publicTasks('humaneval');
    expect(tasks.every(({ ownTests }) => ownTests.length === 1 && ownTests[0]!.kind === 'check')).toBe(true);
    const kinds = tasks.map(({ task }) => new Set(task.tests.map(({ kind }) => kind)));
    expect(kinds.every((found) => found.size === 1)).toBe(true);
    expect(kinds.filter((found) => found.has('assert')).length).toBeGreaterThan(60);
  });
});
