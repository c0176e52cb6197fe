import { uniformStream } from '../guidance/uniform-stream.ts';
import { answerRegion } from '../lines/answer-region.ts';
import { ByteText } from '../lines/byte-text.ts';
import { countNewlines } from '../lines/count-newlines.ts';
import { endOfFunction } from '../lines/function-state.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Choice, SampleRequest, TokenModel, TokenSequence } from '../token-model.ts';
import type { Streams } from './streams.ts';

export interface Candidate {
  /** The continuation, cut at the end of its last complete line, of the function, or of the fence. */
  readonly text: string;
  readonly tokens: number;
  /** Sum over its tokens, in nats. */
  readonly logprob: number;
}

export interface CandidateSetup {
  readonly model: TokenModel;
  readonly streams: Streams;
  readonly options: ResolvedOptions;
  readonly codeSoFar: string;
  readonly entryPoint: string;
  /** Names this refresh among the run's draws. */
  readonly refresh: number;
  readonly signal: AbortSignal;
}

/**
 * Samples continuations of the code from the unconditional sequence (METHOD 1.8), all in one batch: every
 * candidate asks for its next token in the same turn of the event loop. Likeliest first; ties by text.
 */
export async function sampleCandidates(setup: CandidateSetup): Promise<Candidate[]> {
  const { streams, options, refresh } = setup;
  const draws = Array.from({ length: options.candidates }, (_, i) => uniformStream(options.seed, refresh, i));
  // The first token of all comes from one row: the sequence that they fork from.
  const first = await Promise.all(draws.map((draw) => pick(setup, streams.unconditional, draw)));
  const candidates = await Promise.all(draws.map((draw, i) => sampleOne(setup, first[i]!, draw)));
  return candidates.sort((a, b) => b.logprob - a.logprob || (a.text < b.text ? -1 : 1));
}

function pick(
  { model, options, signal }: CandidateSetup,
  sequence: TokenSequence,
  draw: () => number,
): Promise<Choice> {
  const { temperature, topP, topK, minP } = options;
  const request: SampleRequest = { kind: 'sample', sequence, temperature, topP, topK, minP, uniform: draw() };
  return model.choose(request, { signal });
}

async function sampleOne(setup: CandidateSetup, first: Choice, draw: () => number): Promise<Candidate> {
  const { model, streams, options, codeSoFar } = setup;
  const sequence = streams.forkCandidate();
  try {
    const text = new ByteText();
    const newlines = options.horizonLines + (codeSoFar === '' || codeSoFar.endsWith('\n') ? 0 : 1);
    let logprob = 0;
    let tokens = 0;
    for (let choice = first; ; choice = await pick(setup, sequence, draw)) {
      logprob += choice.unconditionalLogprob;
      tokens++;
      if (model.isEndOfGeneration(choice.token)) return { text: finished(setup, text.text), tokens, logprob };
      text.push(model.tokenBytes(choice.token));
      const ended = hasEnded(setup, text.text);
      if (ended || countNewlines(text.text) >= newlines)
        return { text: completeLines(setup, text.text), tokens, logprob };
      sequence.append([choice.token]);
      if (tokens >= options.candidateTokens || sequence.length >= model.maxSequenceTokens) {
        return { text: completeLines(setup, text.text), tokens, logprob };
      }
    }
  } finally {
    streams.releaseCandidate(sequence);
  }
}

function hasEnded({ codeSoFar, entryPoint }: CandidateSetup, text: string): boolean {
  const code = codeSoFar + text;
  return (
    answerRegion(code, { fenced: true }).phase === 'closed' || endOfFunction(code, entryPoint) < code.length
  );
}

/** Cut at the fence and at the function's end. */
function finished({ codeSoFar, entryPoint }: CandidateSetup, text: string): string {
  const code = answerRegion(codeSoFar + text, { fenced: true }).code;
  return code.slice(codeSoFar.length, endOfFunction(code, entryPoint));
}

/** Cut also after the last newline: half a line may parse and still mean something else. */
function completeLines(setup: CandidateSetup, text: string): string {
  const kept = finished(setup, text);
  return kept.slice(0, kept.lastIndexOf('\n') + 1);
}
