import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ProgramTest } from '../../src/program-runner.ts';

/** A task of a public set with its reference solution. */
export interface ReferenceTask {
  readonly id: string;
  readonly program: string;
  readonly entryPoint?: string;
  readonly setupCode?: string;
  readonly tests: readonly ProgramTest[];
}

/** A row of any of the sets; which fields it has depends on the set. */
interface Row {
  readonly task_id: string | number;
  readonly prompt: string;
  readonly canonical_solution: string;
  readonly entry_point: string;
  readonly test: string;
  readonly test_case_list: readonly string[];
  readonly code: string;
  readonly test_setup_code: string;
  readonly test_list: readonly string[];
}

export type ReferenceSet = 'humaneval' | 'mbpp' | 'humaneval-et' | 'mbpp-et';

/** Where the public sets lie: TRACEWISE_BENCHMARKS, or `../shared/benchmarks` beside the checkout. */
export function benchmarksFolder(): string | undefined {
  const folder = process.env.TRACEWISE_BENCHMARKS ?? join(import.meta.dirname, '../../../shared/benchmarks');
  return existsSync(join(folder, 'HumanEval.jsonl.gz')) ? folder : undefined;
}

const asserts = (sources: readonly string[]): ProgramTest[] =>
  sources.map((source) => ({ kind: 'assert', source: source.trim() }));

const readers: Record<ReferenceSet, { file: string; read: (row: Row) => ReferenceTask }> = {
  humaneval: {
    file: 'HumanEval.jsonl.gz',
    read: (row) => ({ ...humanEval(row), tests: [{ kind: 'check', source: row.test }] }),
  },
  'humaneval-et': {
    file: 'HumanEval_ET.jsonl.gz',
    read: (row) => ({ ...humanEval(row), tests: asserts(row.test_case_list) }),
  },
  mbpp: { file: 'mbpp.jsonl.gz', read: mbpp },
  'mbpp-et': { file: 'mbpp_et_test.jsonl.gz', read: mbpp },
};

function humanEval(row: Row) {
  return {
    id: String(row.task_id),
    program: `${row.prompt}${row.canonical_solution}`,
    entryPoint: row.entry_point,
  };
}

function mbpp(row: Row): ReferenceTask {
  return {
    id: `MBPP/${row.task_id}`,
    program: row.code.replaceAll('\r\n', '\n'),
    ...(row.entry_point && { entryPoint: row.entry_point }),
    setupCode: row.test_setup_code.replaceAll('\r\n', '\n'),
    tests: asserts(row.test_list),
  };
}

/** All tasks of a set. Throws where the data is not there. */
export function referenceTasks(set: ReferenceSet): ReferenceTask[] {
  const folder = benchmarksFolder();
  if (!folder)
    throw new Error(
      'Expected the public sets in TRACEWISE_BENCHMARKS or ../shared/benchmarks but found none',
    );
  const { file, read } = readers[set];
  const text = gunzipSync(readFileSync(join(folder, file))).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => read(JSON.parse(line)));
}
