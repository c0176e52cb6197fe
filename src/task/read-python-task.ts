import { TracewiseError } from '../errors.ts';
import { type LogicalLine, logicalLines } from '../lines/logical-lines.ts';
import { pythonName } from './python-text.ts';
import { readDocstring } from './read-docstring.ts';
import { readDoctests } from './read-doctests.ts';
import { parseTask, type Task } from './task.ts';

/**
 * A task from a Python file: the last function whose body is empty (a docstring, `...`, `pass` or
 * `raise NotImplementedError`) is what is asked; its docstring, or the comment above it, says what it shall
 * do; doctest examples and the file's asserts are the visible tests; what stands before it is kept as the
 * program's beginning. Throws a TracewiseError (ERR_TASK) where one of these is missing.
 */
export function readPythonTask(source: string, { id = 'task' }: { id?: string } = {}): Task {
  const text = source.replace(/\r\n?/g, '\n');
  const lines = logicalLines(text);
  const at = lines.findLastIndex((line, i) => isHeader(line) && isStub(line, bodyOf(lines, i)));
  if (at < 0) {
    throw new TracewiseError(
      'ERR_TASK',
      'Expected a function without a body (a docstring, `...`, `pass` or `raise NotImplementedError`) but found none in the Python file',
    );
  }
  const head = lines[at]!;
  const { signature, inline } = splitHeader(head.text);
  const entryPoint = new RegExp(`def\\s+(${pythonName})`, 'u').exec(signature)![1]!;
  const body = bodyOf(lines, at);
  const docstring = readDocstring(body[0]?.text ?? inline);
  const end = body.at(-1)?.end ?? head.end;
  const tests = [...readDoctests(docstring, { entryPoint }).tests, ...assertsAfter(text.slice(end))];
  const description = docstring.trim() || commentAbove(text.slice(0, head.start));
  if (description === '') {
    throw new TracewiseError(
      'ERR_TASK',
      `Expected a docstring that says what \`${entryPoint}\` shall do but found none`,
    );
  }
  return parseTask({
    id,
    text: description,
    entryPoint,
    tests,
    signature,
    preamble: preambleOf(text, lines, at),
  });
}

const header = new RegExp(`^(?:async\\s+)?def\\s+${pythonName}\\s*\\(`, 'u');

function isHeader(line: LogicalLine): boolean {
  return line.indent === 0 && header.test(line.text);
}

function bodyOf(lines: readonly LogicalLine[], at: number): LogicalLine[] {
  const after = lines.slice(at + 1);
  const end = after.findIndex((line) => line.indent === 0);
  return end < 0 ? after : after.slice(0, end);
}

function isStub({ text: head }: LogicalLine, body: readonly LogicalLine[]): boolean {
  const { inline } = splitHeader(head);
  const statements = inline === '' ? body.map((line) => line.text.trim()) : [inline];
  if (statements[0] && readDocstring(statements[0]) !== '') statements.shift();
  return statements.every((text) =>
    /^(?:\.\.\.|pass|raise\s+NotImplementedError\b.*)(?:\s*#.*)?$/.test(text),
  );
}

/** `def f(x): ...` has its body on the header's line. */
function splitHeader(text: string): { signature: string; inline: string } {
  const [, signature = text.trim(), rest = ''] =
    /^([\s\S]*?\)\s*(?:->[^:]+)?:)([\s\S]*)$/.exec(text.trim()) ?? [];
  return { signature, inline: rest.trim().replace(/^#[\s\S]*/, '') };
}

function commentAbove(text: string): string {
  const lines = text.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => !line.startsWith('#')) + 1;
  return lines
    .slice(from)
    .map((line) => line.replace(/^#+ ?/, ''))
    .join('\n')
    .trim();
}

/** Everything before the function but its own comment, asserts and decorators of the stub. */
function preambleOf(text: string, lines: readonly LogicalLine[], at: number): string {
  const before = lines.slice(0, at).filter((line) => !isAssert(line));
  const last = before.at(-1);
  return last ? `${text.slice(before[0]!.start, last.end).trim()}\n` : '';
}

function isAssert(line: LogicalLine): boolean {
  return line.indent === 0 && /^assert\b/.test(line.text);
}

/** HumanEval's `def check(candidate)` is one test; otherwise every assert at the file's level is one. */
function assertsAfter(text: string) {
  const lines = logicalLines(text);
  const check = lines.findIndex((line) => line.indent === 0 && /^def\s+check\s*\(/.test(line.text));
  if (check >= 0) {
    const body = bodyOf(lines, check);
    return [{ kind: 'check' as const, source: text.slice(lines[check]!.start, body.at(-1)?.end) }];
  }
  return lines.filter(isAssert).map((line) => ({ kind: 'assert' as const, source: line.text.trim() }));
}
