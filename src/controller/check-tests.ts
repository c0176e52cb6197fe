import { TracewiseError } from '../errors.ts';
import type { ProgramRunner } from '../program-runner.ts';
import type { Task } from '../task/task.ts';

/**
 * Throws a TracewiseError (ERR_TASK) where a visible test or the setup does not parse: no program could pass, however
 * long a model wrote.
 */
export async function checkTests(
  { tests, setupCode }: Task,
  runner: ProgramRunner,
  signal: AbortSignal,
): Promise<void> {
  const sources = tests.flatMap((test) => ('source' in test ? [test.source] : []));
  if (setupCode.trim() !== '') sources.push(setupCode);
  const parsed = await runner.parse(
    sources.map((source) => [source]),
    { signal },
  );
  const broken = sources[parsed.indexOf(undefined)];
  if (broken === undefined) return;
  throw new TracewiseError(
    'ERR_TASK',
    `Expected tests and \`setupCode\` in Python but received ${JSON.stringify(broken)}, which does not parse`,
    { details: { source: broken } },
  );
}
