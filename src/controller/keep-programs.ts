import { definesFunction, type SoughtName } from '../lines/function-state.ts';
import { trimAttempts } from '../lines/trim-attempts.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ProgramRunner } from '../program-runner.ts';
import { firstParsing } from './first-parsing.ts';
import type { Candidate } from './sample-candidates.ts';

/** What became of a candidate's text. */
export type KeptProgram =
  | { readonly outcome: 'kept'; readonly program: string; readonly normalized: string }
  | { readonly outcome: 'duplicate' | 'not-parsable' };

/** Cuts every candidate to a program that parses and still holds the function, and finds the duplicates. */
export async function keepPrograms(
  candidates: readonly Candidate[],
  setup: {
    readonly runner: ProgramRunner;
    readonly codeSoFar: string;
    readonly name: SoughtName;
    readonly options: Pick<ResolvedOptions, 'executedText'>;
    readonly signal: AbortSignal;
  },
): Promise<KeptProgram[]> {
  const { runner, codeSoFar, name, options, signal } = setup;
  const texts = [...new Set(candidates.map(({ text }) => codeSoFar + text))];
  const parsed = await firstParsing(
    texts.map((text) => definingAttempts(text, name)),
    runner,
    signal,
  );
  const seen = new Set<string>();
  return candidates.map(({ text }, i) => {
    const found = parsed[texts.indexOf(codeSoFar + text)];
    if (!found || found.normalized === '') return { outcome: 'not-parsable' };
    const isFirst = candidates.findIndex((candidate) => candidate.text === text) === i;
    if (!isFirst || seen.has(found.normalized)) return { outcome: 'duplicate' };
    seen.add(found.normalized);
    return {
      outcome: 'kept',
      program: options.executedText === 'written' ? found.text : found.normalized,
      normalized: found.normalized,
    };
  });
}

/** Where one holds the function no more, none after it does: each is shorter. */
function* definingAttempts(text: string, name: SoughtName): Generator<string, void, undefined> {
  for (const attempt of trimAttempts(text)) {
    if (!definesFunction(attempt, name)) return;
    yield attempt;
  }
}
