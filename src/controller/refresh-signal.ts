import { renderSignal } from '../signal/render-signal.ts';
import type { SignalEntry } from '../signal/signal-entry.ts';
import { soughtName } from '../task/task.ts';
import type { TokenId } from '../token-model.ts';
import type { Answer } from './answer.ts';
import type { AttemptSetup } from './attempt-setup.ts';
import type { Drafts } from './drafts.ts';
import { type Evidence, passesAll } from './evidence.ts';
import { keepPrograms } from './keep-programs.ts';
import type { SampledAt } from './roll-over.ts';
import { RunStopped } from './run-stopped.ts';
import { sampleCandidates } from './sample-candidates.ts';
import type { Streams } from './streams.ts';

export interface SignalSetup extends AttemptSetup {
  readonly streams: Streams;
  readonly answer: Answer;
  readonly line: number;
}

export interface RefreshSetup extends SignalSetup {
  readonly evidence: Evidence;
  /** Counts the refreshes of the run from 0. */
  readonly refresh: number;
  /** Told of every token of a candidate as it is drawn. */
  readonly onToken: () => void;
  /** Guesses at what candidates begin with. */
  readonly ahead?: Drafts | undefined;
}

// Code that may still follow the signal before the next refresh: a long line and a candidate's worth of it.
const codeReserve = 64;

export interface Refreshed {
  readonly sampled: SampledAt;
  /** A program that passes all tests. */
  readonly passed: string | undefined;
  /** The candidates' tokens, those of more passed tests first. */
  readonly drafts: readonly (readonly TokenId[])[];
}

/** One refresh: candidates, cut to programs, run, written as the signal, put before the answer. */
export async function refreshSignal(setup: RefreshSetup): Promise<Refreshed> {
  const { task, options, runner, signal, emit, streams, answer, line, refresh } = setup;
  const { code: codeSoFar } = answer;
  const { length } = streams.unconditional;
  const candidates = await sampleCandidates(setup);
  const kept = await keepPrograms(candidates, {
    runner,
    codeSoFar,
    name: soughtName(task),
    options,
    signal,
  });
  for (const [candidate, program] of kept.entries()) {
    const { text, tokens, logprob } = candidates[candidate]!;
    const { outcome } = program;
    const ran = outcome === 'kept' ? { program: program.program } : {};
    emit({ type: 'candidate-end', line, candidate, text, tokens: tokens.length, logprob, outcome, ...ran });
  }
  const programs = kept.map((program) => (program.outcome === 'kept' ? program.program : undefined));
  const entries = await runPrograms(setup, programs);
  const told = setup.rewriteSignal?.(entries, refresh) ?? entries;
  const text = writeSignal(setup, told);
  const results = programs.map(
    (program) => entries.find((entry) => entry.program === program)?.results ?? [],
  );
  const successes = results.map((each) => each.filter(({ outcome }) => outcome === 'passed').length);
  const shown = text === '' ? [] : candidates.filter((_, i) => kept[i]!.outcome !== 'not-parsable');
  const passed = shown.filter((candidate) => passesAll(results[candidates.indexOf(candidate)]!));
  const byPromise = [...candidates.keys()].sort((a, b) => successes[b]! - successes[a]! || a - b);
  return {
    sampled: { candidates, shown, passed, entries: told, codeSoFar, length },
    passed: entries.find(({ results }) => passesAll(results))?.program,
    drafts: byPromise.map((i) => candidates[i]!.tokens),
  };
}

/** Writes entries that continue the code so far before the answer; returns the text. */
export function writeSignal(
  { options, model, emit, streams, answer, line }: SignalSetup,
  entries: readonly SignalEntry[],
): string {
  const rendered = renderSignal(entries, {
    form: options.signalForm,
    codeSoFar: answer.code,
    showExpected: options.showExpected,
    showUnfinished: options.showUnfinished,
    headersOnce: options.loopHeaders === 'once',
    repeatProgram: options.faithful,
    maxTokens: Math.min(options.signalTokens ?? Infinity, streams.signalRoom(codeReserve)),
    countTokens: (text) => model.tokenize(text).length,
  });
  streams.setSignal(rendered.text);
  emit({ type: 'signal-set', line, ...rendered });
  return rendered.text;
}

async function runPrograms(
  { task, options, evidence, signal, emit, line }: RefreshSetup,
  programs: readonly (string | undefined)[],
): Promise<SignalEntry[]> {
  const fresh = programs.filter((program) => program !== undefined && !evidence.has(program)).length;
  const { executions = Infinity } = options.budget;
  if (evidence.executions + fresh * task.tests.length > executions) throw new RunStopped('executions');
  const ran = await Promise.all(
    programs.map(async (program, candidate) => {
      if (program === undefined) return undefined;
      const cached = evidence.has(program);
      return { program, candidate, cached, results: await evidence.trace(program, signal) };
    }),
  );
  const entries = ran.filter((entry) => entry !== undefined);
  for (const entry of entries) emit({ type: 'execution-end', line, ...entry });
  return entries.map(({ program, results }) => ({ program, results }));
}
