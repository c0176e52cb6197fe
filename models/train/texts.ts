import { readRun } from '../../src/execution/cpython/read-run.ts';
import { defaultLimits } from '../../src/execution/default-limits.ts';
import { embeddedModel, parseTask, renderSignal } from '../../src/index.ts';
import { buildPrompt } from '../../src/prompt/build-prompt.ts';
import type { Segment } from '../../src/prompt/prompt-pieces.ts';

export interface Sample {
  readonly task: { readonly text: string; readonly name: string; readonly asserts: readonly string[] };
  /** Lines of the answer so far. */
  readonly prefix: readonly string[];
  readonly entries: readonly { readonly program: string; readonly runs: readonly unknown[] }[];
  /** Lines that ought to follow. */
  readonly target: readonly string[];
  readonly showExpected?: boolean;
}

const joined = (segments: readonly Segment[]) => segments.map(({ text }) => text).join('');

/** The pieces of a training text: what the model is given, and what ought to follow. */
export function textsOf({ task: asked, prefix, entries, target, showExpected = true }: Sample) {
  const { text, name, asserts } = asked;
  const task = parseTask({ id: name, text, entryPoint: name, tests: [...asserts] });
  const { head, tail } = buildPrompt(task, embeddedModel.options, () => undefined);
  const code = prefix.map((line) => `${line}\n`).join('');
  const read = entries.map(({ program, runs }) => ({
    program,
    results: runs.map((run, i) => readRun(run, task.tests[i]!, defaultLimits)),
  }));
  const signal = renderSignal(read, {
    form: embeddedModel.options.signalForm,
    codeSoFar: code,
    showExpected,
    showUnfinished: true,
    headersOnce: false,
    repeatProgram: false,
    maxTokens: Number.POSITIVE_INFINITY,
    countTokens: () => 0,
  });
  return { head: joined(head), signal: signal.text, tail: joined(tail), code, target: target.join('\n') };
}
