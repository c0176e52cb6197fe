import type { SignalEntry, TestResult } from '../../../src/index.ts';
import type { Ablation } from './arms.ts';

/** A run's entries, refresh by refresh. */
export type Refreshes = readonly (readonly SignalEntry[])[];

/**
 * Entries with less or other evidence than their programs gave.
 * - `no-traces`: the programs alone.
 * - `other-task`: each test keeps its call and what it expects; trace, outcome and value are of `donor`'s
 *   candidate in the same place of the same refresh (wrapping around), of another task; nothing where it had none.
 * - `other-candidate`: every candidate gets the next one's runs; one alone keeps its own.
 */
export function ablate(
  ablation: Ablation,
  entries: readonly SignalEntry[],
  refresh: number,
  donor: Refreshes,
): readonly SignalEntry[] {
  if (ablation === 'no-traces') return entries.map(({ program }) => ({ program, results: [] }));
  if (ablation === 'other-candidate') {
    return entries.map(({ program }, i) => ({
      program,
      results: entries[(i + 1) % entries.length]!.results,
    }));
  }
  const lent = donor.filter((given) => given.length > 0);
  const given = lent[refresh % lent.length];
  if (!given) return entries.map(({ program }) => ({ program, results: [] }));
  return entries.map(({ program, results }, i) => {
    const others = given[i % given.length]!.results;
    return { program, results: results.map((own, test) => withCallOf(own, others[test % others.length]!)) };
  });
}

function withCallOf({ call, expected }: TestResult, other: TestResult): TestResult {
  const { call: _call, expected: _expected, ...did } = other;
  return { ...did, ...(call !== undefined && { call }), ...(expected !== undefined && { expected }) };
}
