import type { ProgramTest } from '../program-runner.ts';

/** A test as a prompt shows it. */
export function testText(test: ProgramTest): string {
  if (test.kind !== 'io') return test.source.trim();
  const { stdin, expectedStdout } = test;
  return `# stdin: ${JSON.stringify(stdin)}${expectedStdout === undefined ? '' : `\n# stdout: ${JSON.stringify(expectedStdout)}`}`;
}
