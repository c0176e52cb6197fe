import type { ProgramTest } from '../program-runner.ts';

/** A test as a prompt shows it. */
export function testText(test: ProgramTest): string {
  if (test.kind !== 'io') return test.source.trim();
  return `# stdin: ${JSON.stringify(test.stdin)}\n# stdout: ${JSON.stringify(test.expectedStdout)}`;
}
