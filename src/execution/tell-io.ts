import type { ProgramTest, TestResult } from '../program-runner.ts';

/** Adds to the result of an `io` test what went in, what came out and what should have; `max` characters of each. */
export function tellIo(result: TestResult, test: ProgramTest, max: number): TestResult {
  if (test.kind !== 'io') return result;
  const ended = result.outcome === 'passed' || result.outcome === 'failed';
  return {
    ...result,
    stdin: quoted(test.stdin, max),
    ...(ended && { returned: quoted(result.stdout, max) }),
    ...(test.expectedStdout !== undefined && { expected: quoted(test.expectedStdout, max) }),
  };
}

/** As a prompt shows it. */
function quoted(text: string, max: number): string {
  const characters = [...text.slice(0, 2 * max + 2)];
  if (characters.length <= max) return JSON.stringify(text);
  return `${JSON.stringify(characters.slice(0, max).join(''))}...`;
}
