import type { ProgramTest } from '../program-runner.ts';
import { isCall } from './is-call.ts';

/**
 * Doctest examples of a docstring as tests. An example with a value becomes an equality, one with a
 * traceback expects that exception, one without output sets the stage for those after it. Examples whose
 * output is no expression (`<object …>`, an ellipsis), or printed, say nothing that can be checked, and are left out.
 */
export function readDoctests(docstring: string, entryPoint: string): ProgramTest[] {
  const tests: ProgramTest[] = [];
  const stage: string[] = [];
  for (const { source, output } of examples(docstring)) {
    const callsIt = new RegExp(`\\b${entryPoint}\\s*\\(`).test(source);
    const exception = /^Traceback \(most recent call last\):[\s\S]*\n(\w+)(?::|$)/.exec(output)?.[1];
    if (output === '') stage.push(source);
    else if (callsIt && exception)
      tests.push({ kind: 'assert', source: [...stage, expectRaise(source, exception)].join('\n') });
    else if (callsIt && isValue(output) && !isStatement.test(source))
      tests.push({ kind: 'assert', source: [...stage, `assert ${operand(source)} == ${output}`].join('\n') });
  }
  return tests;
}

interface Example {
  readonly source: string;
  readonly output: string;
}

function examples(docstring: string): Example[] {
  const found: { source: string[]; output: string[] }[] = [];
  let current: { source: string[]; output: string[] } | undefined;
  for (const line of docstring.split('\n')) {
    const text = line.trim();
    if (text.startsWith('>>>')) {
      current = { source: [text.slice(3).trim()], output: [] };
      found.push(current);
    } else if (current && current.output.length === 0 && /^\.\.\.(?: |$)/.test(text))
      current.source.push(text.slice(4));
    else if (text === '') current = undefined;
    else current?.output.push(text);
  }
  return found.map(({ source, output }) => ({ source: source.join('\n'), output: output.join('\n') }));
}

function isValue(output: string): boolean {
  return !output.includes('\n') && !/^<|\.\.\./.test(output);
}

/** What has output only by printing it. */
const isStatement = /^(?:async|class|def|del|for|if|print|try|while|with)\b/;

/** Anything but a plain call, with its comment perhaps, has to be kept from the comparison behind it. */
function operand(source: string): string {
  return isCall(source) ? source : `(${source}${source.includes('#') ? '\n' : ''})`;
}

function expectRaise(source: string, exception: string): string {
  return `try:\n    ${source}\nexcept ${exception}:\n    pass\nelse:\n    raise AssertionError(${JSON.stringify(`${exception} expected`)})`;
}
