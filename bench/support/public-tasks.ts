import { type ProgramTest, parseTask, readTask, type Task } from '../../src/index.ts';
import { readRows } from './reference-tasks.ts';

/** A task of a public set as a model is asked it. */
export interface PublicTask {
  readonly task: Task;
  /** By which the set judges an answer. */
  readonly ownTests: readonly ProgramTest[];
}

interface MbppRow {
  readonly task_id: number;
  readonly text: string;
  readonly test_list: readonly string[];
  readonly test_setup_code: string;
}

interface HumanEvalRow {
  readonly task_id: string;
  readonly prompt: string;
  readonly test: string;
}

/** HumanEval, or MBPP's test split (ids 11 to 510). Throws where the data is not there. */
export function publicTasks(set: 'humaneval' | 'mbpp'): PublicTask[] {
  if (set === 'humaneval') return readRows<HumanEvalRow>('HumanEval.jsonl.gz').map(humanEval);
  const rows = readRows<MbppRow>('mbpp.jsonl.gz');
  return rows.filter(({ task_id }) => task_id >= 11 && task_id <= 510).map(mbpp);
}

/** The three asserts are part of MBPP's question. */
function mbpp({ task_id, text, test_list, test_setup_code }: MbppRow): PublicTask {
  const setupCode = test_setup_code.replaceAll('\r\n', '\n');
  const task = parseTask({ id: `MBPP/${task_id}`, text, tests: [...test_list], setupCode });
  return { task, ownTests: task.tests };
}

/** The docstring's examples are visible; `check` judges, and is visible only where there are no examples. */
function humanEval({ task_id, prompt, test }: HumanEvalRow): PublicTask {
  // HumanEval/115 has an import before its docstring, which makes a body of what is a stub everywhere else.
  const stub = prompt.replace(/^ +import math\n/m, '');
  const { tests: all, ...task } = readTask(`${stub}\n\n${test}`, { id: task_id });
  const ownTests = all.filter(({ kind }) => kind === 'check');
  const examples = all.filter(({ kind }) => kind !== 'check');
  return { task: { ...task, tests: examples.length > 0 ? examples : ownTests }, ownTests };
}
