import { z } from 'zod';
import { TracewiseError } from '../errors.ts';
import type { ProgramTest } from '../program-runner.ts';
import { checksSomething } from './checks-something.ts';
import { noNameBefore, pythonName } from './python-text.ts';

const keywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);
const identifier = new RegExp(`^${pythonName}$`, 'u');
const source = z.string().refine((text) => text.trim() !== '', 'is empty');

const testSchema = z.union([
  source.transform((text) => ({ kind: 'assert' as const, source: text })),
  z.strictObject({ kind: z.literal('assert'), source }),
  z.strictObject({ kind: z.literal('check'), source }),
  z.strictObject({ kind: z.literal('io'), stdin: z.string(), expectedStdout: z.string() }),
]);

const taskSchema = z.strictObject({
  id: z.coerce.string().default('task'),
  /** What is asked, in words. */
  text: source,
  /**
   * The name of the function or class; found in the signature or the first assert where absent. Of a program that is
   * read by what it prints: the function that is called where the program calls none itself, `main` where absent.
   */
  entryPoint: z
    .string()
    .regex(identifier, 'is not a Python name')
    .refine((name) => !keywords.has(name), 'is a keyword of Python')
    .optional(),
  /** Visible: shown to the model, run on candidates, and what decides that a run has solved the task. */
  tests: z.array(testSchema).min(1, 'holds no test; guidance needs at least one visible test'),
  /** Never shown and never run while generating; for scoring alone. */
  hiddenTests: z.array(testSchema).default([]),
  /** Statements that run before the tests in the program's namespace. */
  setupCode: z.string().default(''),
  /** The header of the function or class, `def NAME(…):`. */
  signature: z.string().optional(),
  /** Imports and helpers that stand before the function in the program. */
  preamble: z
    .string()
    .default('')
    .transform((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)),
});

/** A task as a user writes it; a test may be the bare text of an assert. */
export type TaskInput = z.input<typeof taskSchema>;

/** A task, checked and complete. */
export type Task = Readonly<Omit<z.output<typeof taskSchema>, 'entryPoint'>> & {
  readonly entryPoint: string;
};

/** Checks a task. Throws a TracewiseError (ERR_TASK) that names every fault. */
export function parseTask(input: unknown): Task {
  const parsed = taskSchema.safeParse(input);
  if (!parsed.success) {
    throw new TracewiseError('ERR_TASK', `Expected a task but received:\n${z.prettifyError(parsed.error)}`, {
      details: { issues: parsed.error.issues },
    });
  }
  const task = parsed.data;
  refuseBareExpressions(task);
  const entryPoint =
    task.entryPoint ??
    nameIn(task.signature) ??
    task.tests.map(nameCalled).find(Boolean) ??
    (readsOnlyOutput(task.tests) ? 'main' : undefined);
  if (!entryPoint) {
    throw new TracewiseError(
      'ERR_TASK',
      'Expected the name of the function but found none in `signature` or `tests`; give it as `entryPoint`',
    );
  }
  return Object.freeze({ ...task, entryPoint });
}

/** What a program has to define to be an answer; undefined where its tests only read what it prints. */
export function soughtName({ tests, entryPoint }: Task): string | undefined {
  return readsOnlyOutput(tests) ? undefined : entryPoint;
}

function readsOnlyOutput(tests: readonly ProgramTest[]): boolean {
  return tests.every(({ kind }) => kind === 'io');
}

/** A helper of the setup may hold the assert: `same(f(2), 4)`. */
function refuseBareExpressions({ tests, hiddenTests, setupCode }: z.output<typeof taskSchema>): void {
  if (/\b(?:assert|raise)\b/.test(setupCode)) return;
  for (const test of [...tests, ...hiddenTests]) {
    if (test.kind !== 'assert' || checksSomething(test.source)) continue;
    throw new TracewiseError(
      'ERR_TASK',
      `Expected a test that can fail but received \`${test.source.trim()}\`, which passes whatever it comes to; write \`assert …\``,
    );
  }
}

function nameIn(signature: string | undefined): string | undefined {
  return (
    signature && new RegExp(`^\\s*(?:(?:async\\s+)?def|class)\\s+(${pythonName})`, 'u').exec(signature)?.[1]
  );
}

/** What stands before a bracket and is no function of a task. */
const wrappers = new Set(
  'abs all and any in is isclose isinstance issubclass len list not or round set sorted str tuple'.split(' '),
);
/** Wrappers as a rule, and yet names that tasks have asked for. */
const builtins = new Set(
  'bool dict float frozenset int iter max min next repr reversed sum type zip'.split(' '),
);

const calledName = new RegExp(`(?<!\\.)${noNameBefore}(${pythonName})\\s*\\(`, 'gu');

/** The first name that an assert calls, wrappers such as `set(…)` and `not (…)` passed over. */
function nameCalled(test: ProgramTest): string | undefined {
  if (test.kind !== 'assert') return undefined;
  const calls = test.source.replace(/^\s*assert\b/, '').matchAll(calledName);
  const names = [...calls].map(([, name]) => name!).filter((name) => !wrappers.has(name));
  return names.find((name) => !builtins.has(name)) ?? names[0];
}
