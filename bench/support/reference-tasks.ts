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
  /** What a set is divided into, e.g. the library that a task is about. */
  readonly group?: string;
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
  readonly reference_code: string;
  readonly code_context: string;
  readonly metadata: { readonly problem_id: number; readonly library: string };
}

export type ReferenceSet = 'humaneval' | 'mbpp' | 'humaneval-et' | 'mbpp-et' | 'ds-1000';

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
  'ds-1000': { file: 'ds1000.jsonl.gz', read: ds1000 },
};

/** Plots are compared as files, and programs can write none: these stay in memory. */
const filesInMemory = `import io, PIL.Image
_files = {}
class _File(io.BytesIO):
    def close(self):
        _files[self.name] = self.getvalue()
        super().close()
def _open(name, mode='r', *rest, **options):
    if 'w' not in mode and name not in _files:
        return open(name, mode, *rest, **options)
    file = _File(b'' if 'w' in mode else _files[name])
    file.name = name
    return file
PIL.Image.builtins.open = _open
`;

/** A task's own code builds the program around an answer, runs it and compares; an answer passes by raising nothing. */
function ds1000({ metadata, code_context, reference_code }: Row): ReferenceTask {
  const checks = ['test_execution', 'test_string'].filter((name) => code_context.includes(`${name}(`));
  return {
    id: `DS-1000/${metadata.problem_id}`,
    group: metadata.library,
    program: `${code_context.includes('PIL') ? filesInMemory : ''}${code_context}\nanswer = ${JSON.stringify(reference_code)}\n`,
    entryPoint: 'test_execution',
    tests: asserts(checks.map((name) => `assert ${name}(answer) is None`)),
  };
}

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
  const { file, read } = readers[set];
  return readRows<Row>(file).map(read);
}

/** The rows of one of the sets' files. Throws where the data is not there. */
export function readRows<R>(file: string): R[] {
  const folder = benchmarksFolder();
  if (!folder)
    throw new Error(
      'Expected the public sets in TRACEWISE_BENCHMARKS or ../shared/benchmarks but found none',
    );
  const text = gunzipSync(readFileSync(join(folder, file))).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
